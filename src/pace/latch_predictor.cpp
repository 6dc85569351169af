// SPDX-License-Identifier: GPL-2.0-or-later
#include "pace/latch_predictor.hpp"

#include <algorithm>
#include <bit>

namespace pierglass::pace {
namespace {

// No screen is faster; two times this close are one picture told twice.
constexpr Nanoseconds kShortest = std::chrono::milliseconds(1);

}  // namespace

void LatchPredictor::on_presented(const Presented& presented) {
  if (presented.refresh != refresh_) {
    *this = LatchPredictor();
    refresh_ = presented.refresh < kShortest ? Nanoseconds::zero() : presented.refresh;
  }
  if (known_ && presented.time <= last_) return;
  if (known_) observe_interval(presented.time - last_);
  last_ = presented.time;
  known_ = true;
}

void LatchPredictor::observe_interval(Nanoseconds interval) {
  if (interval > kFreshFor || interval < kShortest) return;
  if (refresh_ == Nanoseconds::zero()) {
    shortest_ = shortest_ == Nanoseconds::zero() ? interval : std::min(shortest_, interval);
    return;
  }
  const Nanoseconds beyond = interval % refresh_;
  const Nanoseconds error = std::min(beyond, refresh_ - beyond);
  const bool off = error > refresh_ / kGridShare + kClockBlur;
  constexpr std::uint32_t kMask = (1U << kHistory) - 1;
  off_grid_ = (off_grid_ << 1U | (off ? 1U : 0U)) & kMask;
  if (std::popcount(off_grid_) >= kOffGrid) variable_ = true;
  on_grid_ = off ? 0 : std::min(on_grid_ + 1, kFixedAgain);
  if (on_grid_ < kFixedAgain) return;
  variable_ = false;
  slips_ = 0;
}

void LatchPredictor::on_slip(Nanoseconds by) {
  if (by < -kSlip) slips_ = 0;
  if (by > kSlip) slips_ = std::min(slips_ + 1, kSlips);
  if (slips_ < kSlips) return;
  variable_ = true;
  on_grid_ = 0;
  slips_ = 0;
}

LatchPredictor::Rate LatchPredictor::rate() const {
  if (!known_) return Rate::Unknown;
  return refresh_ == Nanoseconds::zero() || variable_ ? Rate::Variable : Rate::Fixed;
}

Nanoseconds LatchPredictor::period() const {
  return refresh_ == Nanoseconds::zero() ? shortest_ : refresh_;
}

HostTime LatchPredictor::next_after(HostTime at) const {
  const Nanoseconds period = this->period();
  const Nanoseconds beyond = (at - last_) % period;  // negative before last_
  return at - beyond + (beyond < Nanoseconds::zero() ? Nanoseconds::zero() : period);
}

}  // namespace pierglass::pace
