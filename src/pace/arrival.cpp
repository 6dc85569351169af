// SPDX-License-Identifier: GPL-2.0-or-later
#include "pace/arrival.hpp"

#include <algorithm>

namespace pierglass::pace {

namespace {

// Intervals this much longer than the shortest (in percent) still count as the same step.
constexpr int kSameStepPercent = 125;
// The shortest interval may itself be this many periods (2:3 patterns start with 2).
constexpr int kMaxDivisor = 3;

constexpr std::int64_t rounded_multiple(Nanoseconds interval, Nanoseconds period) {
  return (interval + period / 2) / period;
}

Nanoseconds tolerance(Nanoseconds period) {
  return std::max(period / 8, ArrivalPredictor::kMinTolerance);
}

}  // namespace

void ArrivalPredictor::observe(HostTime at) {
  ++since_strike_;
  const Nanoseconds interval = at - last_;
  if (last_known_ && interval > Nanoseconds::zero() && interval <= kMaxInterval) {
    intervals_[next_] = interval;
    next_ = (next_ + 1) % kHistory;
    count_ = std::min(count_ + 1, kHistory);
    learn();
  }
  last_ = at;
  last_known_ = true;
}

void ArrivalPredictor::observe_unseen(HostTime at) {
  ++since_strike_;
  last_ = at;
  last_known_ = false;
}

void ArrivalPredictor::observe_early(HostTime at) {
  observe_unseen(at);
  strikes_ = since_strike_ < kHistory ? strikes_ + 1 : 1;
  since_strike_ = 0;
  if (strikes_ >= kMaxStrikes) reset();
}

void ArrivalPredictor::reset() {
  *this = ArrivalPredictor{};
}

void ArrivalPredictor::learn() {
  period_ = Nanoseconds::zero();
  if (count_ < kConfidence) return;
  const auto end = intervals_.begin() + static_cast<std::ptrdiff_t>(count_);
  const Nanoseconds shortest = *std::min_element(intervals_.begin(), end);
  Nanoseconds sum{};
  int alike = 0;
  for (auto it = intervals_.begin(); it != end; ++it) {
    if (*it * 100 > shortest * kSameStepPercent) continue;
    sum += *it;
    ++alike;
  }
  for (int divisor = 1; divisor <= kMaxDivisor; ++divisor) {
    if (fits(sum / (alike * divisor))) return;
  }
}

// Sets period, margin and multiple when all remembered intervals are multiples of about
// `candidate`.
bool ArrivalPredictor::fits(Nanoseconds candidate) {
  if (candidate < kMinPeriod) return false;
  Nanoseconds sum{};
  std::int64_t multiples = 0;
  std::int64_t largest = 1;
  for (std::size_t i = 0; i < count_; ++i) {
    const std::int64_t k = rounded_multiple(intervals_[i], candidate);
    if (k < 1 || k > kMaxMultiple) return false;
    sum += intervals_[i];
    multiples += k;
    largest = std::max(largest, k);
  }
  const Nanoseconds refined = sum / multiples;
  Nanoseconds worst{};
  for (std::size_t i = 0; i < count_; ++i) {
    const std::int64_t k = rounded_multiple(intervals_[i], refined);
    worst = std::max(worst, std::chrono::abs(intervals_[i] - refined * k));
  }
  if (worst > tolerance(refined)) return false;
  period_ = refined;
  margin_ = worst;
  multiple_ = static_cast<std::uint32_t>(largest);
  return true;
}

std::optional<ArrivalWindows> ArrivalPredictor::windows() const {
  if (!last_known_ || period_ == Nanoseconds::zero()) return std::nullopt;
  return ArrivalWindows{last_ + period_, period_, margin_, multiple_};
}

}  // namespace pierglass::pace
