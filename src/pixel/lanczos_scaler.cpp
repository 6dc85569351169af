// SPDX-License-Identifier: GPL-2.0-or-later
#include "pixel/lanczos_scaler.hpp"

#include <algorithm>
#include <cmath>

#include "pixel/lanczos_kernel.hpp"
#include "pixel/scale_kernels.hpp"

namespace pierglass::pixel {

// The running sum is rounded, not each weight, so that the whole is exact.
bool LanczosScaler::Axis::plan(std::uint32_t source_length, std::uint32_t target_length) {
  if (source_length == source && target_length == target) return false;
  source = source_length;
  target = target_length;
  AxisKernel kernel = lanczos_kernel(source, target);
  taps = kernel.taps;
  first = std::move(kernel.first);
  weights.clear();
  weights.reserve(kernel.weights.size());
  constexpr double kOne = 1 << kernels::kWeightBits;
  for (std::uint32_t i = 0; i < target; ++i) {
    double sum = 0;
    long before = 0;
    for (std::uint32_t k = 0; k < taps; ++k) {
      sum += static_cast<double>(kernel.weight(i, k));
      const long so_far = std::lround(sum * kOne);
      weights.push_back(static_cast<std::int16_t>(so_far - before));
      before = so_far;
    }
  }
  return true;
}

void LanczosScaler::plan(Size from, Size into) {
  const bool wider = across_.plan(from.width, into.width);
  const bool higher = down_.plan(from.height, into.height);
  if (wider || higher) {
    rows_.resize(std::size_t{into.width} * 4 * down_.taps);
    row_of_.resize(down_.taps);
    window_.resize(down_.taps);
  }
  std::ranges::fill(row_of_, 0);
}

// Source row `y` scaled to target columns [first, first + count).
const std::int16_t* LanczosScaler::scaled_row(const ConstImage& from, std::uint32_t y,
                                              std::uint32_t first, std::uint32_t count) {
  const std::uint32_t place = y % down_.taps;
  std::int16_t* row = rows_.data() + std::size_t{place} * across_.target * 4;
  if (row_of_[place] == y + std::uint64_t{1}) return row;
  row_of_[place] = y + std::uint64_t{1};
  kernels::horizontal_taps(
      row, reinterpret_cast<const std::uint32_t*>(from.row(y)), across_.first.data() + first,
      across_.weights.data() + std::size_t{first} * across_.taps, across_.taps, count);
  return row;
}

void LanczosScaler::scale(const Image& to, const Rect& into, const ConstImage& from,
                          const Rect& clip) {
  const Rect area = intersection(into, clip);
  plan(from.size, {into.width, into.height});
  const std::uint32_t left = area.x - into.x;
  for (std::uint32_t y = area.y; y < area.bottom(); ++y) {
    const std::uint32_t i = y - into.y;
    for (std::uint32_t k = 0; k < down_.taps; ++k) {
      window_[k] = scaled_row(from, down_.first[i] + k, left, area.width);
    }
    kernels::vertical_taps(reinterpret_cast<std::uint32_t*>(to.row(y)) + area.x, window_.data(),
                           down_.weights.data() + std::size_t{i} * down_.taps, down_.taps,
                           area.width);
  }
}

}  // namespace pierglass::pixel
