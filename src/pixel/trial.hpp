// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <algorithm>
#include <ranges>

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

}  // namespace pierglass::pixel
