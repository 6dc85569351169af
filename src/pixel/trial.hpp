// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <algorithm>
#include <ranges>

#include "base/result.hpp"

namespace pierglass::pixel {

// Of ways to do the same, each with the `time` that it took, the quickest; of those within a
// twentieth of it the first, so that small differences between two starts do not change the choice.
// `trials` is not empty, and is referred to.
template <std::ranges::forward_range Trials>
const auto& quickest(const Trials& trials) {
  CHECK(!std::ranges::empty(trials));
  const auto time = [](const auto& trial) { return trial.time; };
  const auto best = std::ranges::min(trials | std::views::transform(time));
  return *std::ranges::find_if(
      trials, [best](const auto& trial) { return trial.time <= best + best / 20; });
}

}  // namespace pierglass::pixel
