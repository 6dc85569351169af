// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

#include "base/clock.hpp"

namespace pierglass::pace {

// When to draw and commit: as soon as something is new, but at most once per frame callback, so
// that a compositor which no longer shows the window costs nothing. A callback is only ever
// requested with a commit that shows something new: a commit without content takes a refresh away
// from the next picture on wlroots. Pure; one thread.
//
//   draw_now() → (request callback when told) → Presenter::draw → drawn() … on_callback()
class PresentGate {
 public:
  // A callback that is this late means that the window is not being shown.
  static constexpr Nanoseconds kHiddenAfter = std::chrono::milliseconds(500);

  enum class Draw : std::uint8_t {
    No,
    WithCallback,     // request a frame callback, then draw and commit
    WithoutCallback,  // one is outstanding already: draw and commit only
  };
  struct Counters {
    std::uint64_t draws = 0;
    std::uint64_t forced = 0;  // of those, while a callback was outstanding
    std::uint64_t callbacks = 0;
    std::uint64_t held_back = 0;  // changes that found a callback outstanding
  };

  // There is something that the last commit does not show: frame, pointer, text.
  void on_change();
  // The window must be committed at once even if it may be hidden: the first picture after a
  // configure, which the compositor waits for.
  void on_must_draw();
  // The frame callback that was requested last came.
  void on_callback(HostTime now);
  // The surface (and with it the callback) is gone or was mapped anew.
  void on_surface_reset();

  [[nodiscard]] Draw draw_now() const;
  // What draw_now() asked for has been committed at `now`. After a failed draw call nothing.
  void drawn(HostTime now);

  // Nothing can be committed before the callback: no need to look for news.
  [[nodiscard]] bool blocked() const { return outstanding_ && !must_draw_; }
  [[nodiscard]] bool dirty() const { return dirty_ || must_draw_; }
  [[nodiscard]] bool hidden(HostTime now) const {
    return outstanding_ && now - requested_ >= kHiddenAfter;
  }
  // From the commit that requested the last finished callback to that callback; zero before.
  [[nodiscard]] Nanoseconds last_turnaround() const { return turnaround_; }
  [[nodiscard]] const Counters& counters() const { return counters_; }

 private:
  bool dirty_ = false;
  bool must_draw_ = false;
  bool outstanding_ = false;
  HostTime requested_;
  Nanoseconds turnaround_{};
  Counters counters_;
};

}  // namespace pierglass::pace
