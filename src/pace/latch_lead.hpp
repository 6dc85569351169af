// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <algorithm>

#include "base/clock.hpp"

namespace pierglass::pace {

// How long before a picture's turn it must have been committed: learned from commits that were in
// time and such that were late. Shrinks while all goes well. As each late picture costs a whole
// refresh, what was too short twice is kept away from; now and then a little less is tried again,
// the more seldom the more often that failed. One late picture alone may have had other reasons.
// One thread.
class LatchLead {
 public:
  static constexpr Nanoseconds kShrink = std::chrono::microseconds(20);
  static constexpr Nanoseconds kGrow = std::chrono::microseconds(400);
  static constexpr Nanoseconds kFloor = std::chrono::microseconds(700);
  static constexpr Nanoseconds kMargin = std::chrono::microseconds(60);  // over what is too short
  static constexpr Nanoseconds kAlike = std::chrono::microseconds(150);  // leads
  // What a commit this much earlier than the lead shows about the lead: nothing.
  static constexpr Nanoseconds kNear = std::chrono::microseconds(500);
  static constexpr int kAcquittal = 24;  // in time with what was late once
  static constexpr int kPatience = 512;  // in time until a little less is tried
  static constexpr int kMaxPatience = 1 << 14;

  // 3 ms, or 0.35 refresh.
  static constexpr Nanoseconds start(Nanoseconds period) {
    return std::min<Nanoseconds>(std::chrono::milliseconds(3), period * 35 / 100);
  }
  // 0.6 refresh: nobody needs more.
  static constexpr Nanoseconds cap(Nanoseconds period) { return period * 6 / 10; }

  // Begins anew, for a screen with this time between two pictures.
  void reset(Nanoseconds period);
  // A commit `lead` before a picture's turn was shown then.
  void on_time(Nanoseconds lead);
  // It was shown one or more refreshes later.
  void on_late(Nanoseconds lead);
  // It was shown a little later, by a screen that waits for pictures. A blurred clock looks the
  // same, so the lead does not grow beyond start().
  void on_missed(Nanoseconds lead, Nanoseconds by);

  // How long before the turn to commit.
  [[nodiscard]] Nanoseconds lead() const { return lead_; }
  // A commit with less is not in time.
  [[nodiscard]] Nanoseconds least() const {
    constexpr Nanoseconds kLeast = kFloor - kMargin;
    return too_short_ < kLeast ? kLeast : too_short_;
  }

 private:
  Nanoseconds period_{};
  Nanoseconds lead_ = kFloor;
  Nanoseconds too_short_{};
  Nanoseconds suspect_{};  // was late once; zero: none
  int acquitted_ = 0;
  int good_ = 0;  // in time since one was late
  int patience_ = kPatience;
};

}  // namespace pierglass::pace
