// SPDX-License-Identifier: GPL-2.0-or-later
#include "pace/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace pierglass::pace {

namespace {

constexpr std::uint64_t kSub = std::uint64_t{1} << Histogram::kSubBits;

// Below 2^kSubBits every value has its own bucket; above, each octave has kSub equal ones.
std::size_t bucket_of(std::uint64_t value) {
  if (value < kSub) return static_cast<std::size_t>(value);
  const auto shift = static_cast<std::uint32_t>(std::bit_width(value)) - 1 - Histogram::kSubBits;
  return static_cast<std::size_t>(((std::uint64_t{shift} + 1) << Histogram::kSubBits) +
                                  ((value >> shift) - kSub));
}

std::uint64_t bucket_end(std::size_t bucket) {
  if (bucket < kSub) return bucket;
  const std::uint64_t shift = (bucket >> Histogram::kSubBits) - 1;
  const std::uint64_t mantissa = (bucket & (kSub - 1)) + kSub;
  return ((mantissa + 1) << shift) - 1;
}

}  // namespace

void Histogram::add(std::uint64_t value) {
  value = std::min(value, (std::uint64_t{1} << kMaxBits) - 1);
  ++buckets_[bucket_of(value)];
  ++count_;
  sum_ += value;
  min_ = std::min(min_, value);
  max_ = std::max(max_, value);
}

void Histogram::merge(const Histogram& other) {
  for (std::size_t i = 0; i < kBuckets; ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  sum_ += other.sum_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
}

double Histogram::mean() const {
  return count_ ? static_cast<double>(sum_) / static_cast<double>(count_) : 0.0;
}

std::uint64_t Histogram::quantile(double fraction) const {
  if (count_ == 0) return 0;
  const double wanted = std::ceil(std::clamp(fraction, 0.0, 1.0) * static_cast<double>(count_));
  const auto rank = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(wanted));
  std::uint64_t passed = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    passed += buckets_[i];
    if (passed >= rank) return std::min(bucket_end(i), max_);
  }
  return max_;
}

}  // namespace pierglass::pace
