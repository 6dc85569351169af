// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

#include "base/clock.hpp"

namespace pierglass::pace {

// What the compositor said of one commit that reached the glass, in our own clock.
struct Presented {
  // Of wp_presentation_feedback.kind.
  static constexpr std::uint32_t kVsync = 1;
  static constexpr std::uint32_t kZeroCopy = 8;

  std::uint64_t commit = 0;  // the number that its feedback was requested with
  HostTime time;
  Nanoseconds refresh{};  // 0: unknown; wp_presentation 1 says so of variable rates
  std::uint32_t flags = 0;
};

// Learns from presentation times when the screen takes its next picture, and whether it does so at
// a rate of its own or whenever there is one (VRR). One thread; never allocates.
class LatchPredictor {
 public:
  enum class Rate : std::uint8_t {
    Unknown,
    Fixed,
    Variable,  // pictures are shown when they come, though not sooner than period() after another
  };

  // Off the grid by more than this and it is no fixed rate: a sixteenth, and what software clocks
  // blur.
  static constexpr std::int64_t kGridShare = 16;
  static constexpr Nanoseconds kClockBlur = std::chrono::microseconds(200);
  // The grid of a clock that is off by 100 parts in a million has moved by 50 µs then.
  static constexpr Nanoseconds kFreshFor = std::chrono::milliseconds(500);
  // So many of the last kHistory intervals off the grid make the rate variable. As a variable rate
  // that is at its limit looks fixed, it takes many on the grid in a row to be fixed again.
  static constexpr int kHistory = 16;
  static constexpr int kOffGrid = 4;
  static constexpr int kFixedAgain = 4096;

  // What clocks with time stamps of the hardware are off by.
  static constexpr Nanoseconds kSlip = std::chrono::microseconds(20);
  static constexpr int kSlips = 4;

  void on_presented(const Presented& presented);
  // A picture with no other in its way was shown `by` after its turn; negative: before it. A little
  // late time and again, and never early: it waited for nothing but itself, the rate is variable.
  void on_slip(Nanoseconds by);
  void reset() { *this = LatchPredictor(); }

  [[nodiscard]] Rate rate() const;
  // Between two pictures: at least, if the rate is variable. Zero: unknown.
  [[nodiscard]] Nanoseconds period() const;
  [[nodiscard]] HostTime last() const { return last_; }
  // The grid can be trusted at `now`.
  [[nodiscard]] bool fresh(HostTime now) const { return known_ && now - last_ <= kFreshFor; }
  // The first moment of the grid after `at`, which may lie before last(). Not without a period.
  [[nodiscard]] HostTime next_after(HostTime at) const;

 private:
  void observe_interval(Nanoseconds interval);

  bool known_ = false;
  HostTime last_;
  Nanoseconds refresh_{};
  Nanoseconds shortest_{};      // interval seen, while refresh_ is zero
  std::uint32_t off_grid_ = 0;  // a bit an interval, the newest lowest
  int slips_ = 0;
  int on_grid_ = 0;  // intervals in a row
  bool variable_ = false;
};

}  // namespace pierglass::pace
