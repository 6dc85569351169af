// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace pierglass::pixel {

// One axis of a scaling: target pixel i is the sum over k of weight(i, k) times source pixel
// first[i] + k. All of those exist; what lies beyond an edge is in the weight of the edge's pixel.
struct AxisKernel {
  std::uint32_t taps = 0;
  std::vector<std::uint32_t> first;
  std::vector<float> weights;  // `taps` for each target pixel; their sum is 1

  [[nodiscard]] float weight(std::uint32_t i, std::uint32_t k) const {
    return weights[std::size_t{i} * taps + k];
  }
};

// Lobes to each side: in source pixels where the axis grows, in target pixels where it shrinks,
// which filters away what the target cannot hold.
inline constexpr std::uint32_t kLanczosLobes = 3;

// From there on not every source pixel counts, which bounds the taps.
inline constexpr std::uint32_t kLanczosMaxShrink = 256;

// Pixel centres at +0.5. One tap where the lengths are the same. Neither length is 0.
AxisKernel lanczos_kernel(std::uint32_t source, std::uint32_t target);

// How far such a sum of values of 0 to 1 can lie outside of them, on either side; one axis.
inline constexpr float kLanczosOvershoot = 0.3F;

}  // namespace pierglass::pixel
