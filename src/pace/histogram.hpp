// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/clock.hpp"

namespace pierglass::pace {

// Distribution of durations (or any counts) with at most 1/32 relative error; 8 KiB, never
// allocates. Values above 2^36 (69 s) count as that. Not thread-safe.
class Histogram {
 public:
  static constexpr std::uint32_t kSubBits = 5;
  static constexpr std::uint32_t kMaxBits = 36;
  static constexpr std::size_t kBuckets = std::size_t{kMaxBits - kSubBits + 1} << kSubBits;

  void add(std::uint64_t value);
  void add(Nanoseconds value) {
    add(value.count() < 0 ? 0 : static_cast<std::uint64_t>(value.count()));
  }
  void merge(const Histogram& other);
  void clear() { *this = Histogram{}; }

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] std::uint64_t min() const { return count_ ? min_ : 0; }
  [[nodiscard]] std::uint64_t max() const { return max_; }
  [[nodiscard]] double mean() const;
  // The smallest value that at least `fraction` (0..1) of all do not exceed, rounded up to its
  // bucket's end but never above max(); 0 when empty.
  [[nodiscard]] std::uint64_t quantile(double fraction) const;

 private:
  std::array<std::uint64_t, kBuckets> buckets_{};
  std::uint64_t count_ = 0;
  std::uint64_t sum_ = 0;
  std::uint64_t min_ = UINT64_MAX;
  std::uint64_t max_ = 0;
};

}  // namespace pierglass::pace
