// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.hpp"
#include "guest/core/latch_watch.hpp"
#include "guest/core/pacer.hpp"

namespace pierglass::guest {

// When to look for the next picture: at a rate, and where readers say when they take theirs, so
// that it is complete just before that, and no refresh old. The rate stays what it is; a look
// comes at most a quarter of the interval sooner, seven eighths later. Without a latch that is
// known and soon, looks are a Pacer's. Only for intervals that are worth it: what comes as fast as
// it can is never held back. The capture thread's.
class LookPlanner {
 public:
  // Rates above 250 Hz are left alone.
  static constexpr Nanoseconds kShortest = std::chrono::milliseconds(4);
  // Ready this long before the latch: for what is late without a reason.
  static constexpr Nanoseconds kMargin = std::chrono::microseconds(1000);

  explicit LookPlanner(bool follow_latches) : follows_(follow_latches) {}

  // As Pacer::set_rates().
  void set_rates(std::uint32_t own, std::uint32_t wanted) { pacer_.set_rates(own, wanted); }

  [[nodiscard]] bool wants_latches() const {
    return follows_ && useful_ && pacer_.interval() >= kShortest;
  }

  // The moment of the next look; `now` or earlier: look now. `notes` as they are now, when
  // wants_latches().
  HostTime due(HostTime now, const ring::LatchNotes& notes);
  // The same when not wants_latches().
  HostTime due(HostTime now);
  // While that, `due`, is to come: when to ask again.
  [[nodiscard]] HostTime ask_again(HostTime now, HostTime due) const;

  // A look was taken,
  void looked(HostTime now);
  // and a picture was handed over. `work`: from when the source had it, or looked for it, until
  // then. `waited`: before that, for the screen to change.
  void published(Nanoseconds work, Nanoseconds waited);

 private:
  [[nodiscard]] Nanoseconds lead() const { return work_ + kMargin; }

  const bool follows_;
  bool useful_ = true;  // pictures were there when we looked
  Pacer pacer_;
  LatchWatch latches_;
  Nanoseconds work_{};                 // nearly the longest of late
  Nanoseconds late_{};                 // the last look
  std::optional<HostTime> last_;       // look
  std::optional<HostTime> plan_;       // the next one, for a latch
  std::optional<HostTime> slept_for_;  // a plan that was to come when we knew of it
};

}  // namespace pierglass::guest
