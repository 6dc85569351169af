// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <algorithm>
#include <array>
#include <cstdio>
#include <ranges>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace pierglass::pixel {

// Whether a way that takes `time` need not give way to the quickest: within a twentieth, so that
// small differences between two starts do not change the choice.
template <typename Time>
constexpr bool as_quick(Time time, Time quickest) {
  return time <= quickest + quickest / 20;
}

// Of ways to do the same, each with the `time` that it took, the quickest; of those that are
// as quick the first. `trials` is not empty, and is referred to.
template <std::ranges::forward_range Trials>
const auto& quickest(const Trials& trials) {
  CHECK(!std::ranges::empty(trials));
  const auto time = [](const auto& trial) { return trial.time; };
  const auto best = std::ranges::min(trials | std::views::transform(time));
  return *std::ranges::find_if(trials,
                               [best](const auto& trial) { return as_quick(trial.time, best); });
}

// "0.82 ms", with so many digits after the point.
inline std::string milliseconds(Nanoseconds time, int digits) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.*f ms", digits,
                std::chrono::duration<double, std::milli>(time).count());
  return text.data();
}

}  // namespace pierglass::pixel
