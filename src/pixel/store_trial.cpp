// SPDX-License-Identifier: GPL-2.0-or-later
#include "pixel/store_trial.hpp"

#include <algorithm>
#include <cstdint>

#include "pixel/trial.hpp"

namespace pierglass::pixel {
namespace {

constexpr std::size_t kMebibyte = std::size_t{1} << 20;

}  // namespace

void StoreTrial::took(std::size_t bytes, Nanoseconds time) {
  if (decided() || bytes < kLeast) return;
  const auto mebibytes = static_cast<double>(bytes) / static_cast<double>(kMebibyte);
  const Nanoseconds each(static_cast<std::int64_t>(static_cast<double>(time.count()) / mebibytes));
  trials_[turn_].time = std::min(trials_[turn_].time, each);
  turn_ = 1 - turn_;
  if (--left_ == 0 && quickest(trials_).stores != stores()) turn_ = 1 - turn_;
}

std::string StoreTrial::describe() const {
  if (!decided()) return {};
  const Trial& other = trials_[1 - turn_];
  return std::string(name(stores())) + ", " + milliseconds(trials_[turn_].time, 3) + " a MiB (" +
         std::string(name(other.stores)) + " " + milliseconds(other.time, 3) + ")";
}

}  // namespace pierglass::pixel
