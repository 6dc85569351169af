// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

#include "base/clock.hpp"
#include "pace/callback_thrift.hpp"
#include "pace/present_policy.hpp"

namespace pierglass::pace {

// When to draw and commit: when something is new, and then when the policy says. While that is to
// wait for frame callbacks, at most once for each; under any other one, which asks for few, a
// callback that does not come is waited for after a while, so that a compositor which no longer
// shows the window costs nothing. Callbacks and feedback are only ever requested with a commit that
// shows something new: a commit without content takes a refresh away from the next picture on
// wlroots. Pure; one thread.
//
//   draw_now() → (request callback when told) → Presenter::draw → drawn() … on_callback()
class PresentGate {
 public:
  // A callback that is this late means that the window is not being shown.
  static constexpr Nanoseconds kHiddenAfter = std::chrono::milliseconds(500);
  // So long nobody waits for one, unless the policy is to; nor is another one asked for, because
  // to hear of each would wake two threads a refresh.
  static constexpr Nanoseconds kCallbackDue = std::chrono::milliseconds(100);

  enum class Draw : std::uint8_t {
    No,
    WithCallback,     // request a frame callback, then draw and commit
    WithoutCallback,  // one is outstanding already, or none is needed: draw and commit only
  };
  struct Counters {
    std::uint64_t draws = 0;
    std::uint64_t forced = 0;  // of those, while a callback was outstanding
    std::uint64_t callbacks = 0;
    std::uint64_t held_back = 0;  // changes that wait for a callback
  };

  explicit PresentGate(PresentPolicy policy = PresentPolicy()) : policy_(policy) {}

  // Whether, under the policy of callbacks too, commits do without where those come in time anyway;
  // at first not.
  void spare_callbacks(bool spares = true) { thrifty_ = spares; }

  // There is something that the last commit does not show: frame, pointer, text.
  void on_change();
  // The window must be committed at once even if it may be hidden: the first picture after a
  // configure, which the compositor waits for.
  void on_must_draw();
  // The frame callback that was requested last came. `awaited`: there was something to draw.
  void on_callback(HostTime now, bool awaited = true);
  // The surface (and with it the callback) is gone or was mapped anew.
  void on_surface_reset();

  [[nodiscard]] Draw draw_now(HostTime now) const;
  // What draw_now() asked for has been committed. `began`: with a look at what is new. `commit`:
  // the number that feedback was requested with; 0: it was not. After a failed draw call nothing.
  void drawn(HostTime began, HostTime committed, std::uint64_t commit = 0);

  // Nothing is to be committed now: no need to look for news.
  [[nodiscard]] bool blocked(HostTime now) const { return until_open(now) > Nanoseconds::zero(); }
  // How long that lasts unless something comes from the compositor; the type's maximum: for ever.
  [[nodiscard]] Nanoseconds until_open(HostTime now) const;
  // A step begins, after a sleep of any kind.
  void on_wake(HostTime now) { policy_.on_wake(now); }
  // until_open(), for whoever then sleeps that long.
  Nanoseconds wait_until_open(HostTime now);
  // To be told what the compositor says of commits, and asked about them.
  [[nodiscard]] PresentPolicy& policy() { return policy_; }
  [[nodiscard]] const PresentPolicy& policy() const { return policy_; }
  [[nodiscard]] bool dirty() const { return dirty_ || must_draw_; }
  [[nodiscard]] bool hidden(HostTime now) const {
    return outstanding_ && now - requested_ >= kHiddenAfter;
  }
  // How long until hidden() unless the callback comes; the type's maximum: for ever.
  [[nodiscard]] Nanoseconds until_hidden(HostTime now) const {
    const bool may_be = outstanding_ && !hidden(now);
    return may_be ? requested_ + kHiddenAfter - now : Nanoseconds::max();
  }
  // From the draw that requested the last finished callback to that callback; zero before.
  [[nodiscard]] Nanoseconds last_turnaround() const { return turnaround_; }
  [[nodiscard]] const Counters& counters() const { return counters_; }

 private:
  [[nodiscard]] bool needs_callback(HostTime now) const;

  PresentPolicy policy_;
  bool dirty_ = false;
  bool must_draw_ = false;
  bool outstanding_ = false;
  bool thrifty_ = false;
  CallbackThrift thrift_;
  HostTime requested_{-std::chrono::hours(1)};
  Nanoseconds turnaround_{};
  Counters counters_;
};

}  // namespace pierglass::pace
