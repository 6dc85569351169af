// SPDX-License-Identifier: GPL-2.0-or-later
#include "pixel/two_tap_scaler.hpp"

#include <algorithm>

#include "pixel/scale_kernels.hpp"

namespace pierglass::pixel {
namespace {

// What a target pixel takes of two source pixels.
struct Tap {
  std::uint32_t first;     // the lower of the two; its neighbour exists when the source has two
  std::uint32_t fraction;  // of the neighbour, in 1/2^bits, at most 2^bits
};

// `share` of `whole` belongs to the neighbour of `first`, which may lie outside, as may that.
Tap tap_of(std::int64_t first, std::int64_t share, std::int64_t whole, std::uint32_t source,
           int bits) {
  if (first < 0 || source == 1) return {0, 0};
  if (first >= std::int64_t{source} - 1) return {source - 2, 1U << bits};
  return {static_cast<std::uint32_t>(first),
          static_cast<std::uint32_t>(((share << bits) + whole / 2) / whole)};
}

// Exact in integers. The target pixel's centre is at (2 i + 1) source / (2 target).
Tap tap_at(Sampling sampling, std::uint32_t i, std::uint32_t source, std::uint32_t target,
           int bits) {
  const std::int64_t unit = 2 * std::int64_t{target};
  const std::int64_t centre = (2 * std::int64_t{i} + 1) * source;
  if (sampling == Sampling::Nearest) return tap_of(centre / unit, 0, 1, source, bits);
  if (sampling == Sampling::Bilinear) {
    const std::int64_t position = centre - target;  // from the first source pixel's centre
    if (position < 0) return {0, 0};
    return tap_of(position / unit, position % unit, unit, source, bits);
  }
  // Of the pixel, which covers i source to (i + 1) source in 1/target, that beyond the nearest
  // border between source pixels. It is smaller than a source pixel, so it crosses no other.
  const std::int64_t border = (centre + target) / unit;
  const std::int64_t beyond = (std::int64_t{i} + 1) * source - border * target;
  return tap_of(border - 1, std::clamp<std::int64_t>(beyond, 0, source), source, source, bits);
}

}  // namespace

void TwoTapScaler::plan(Sampling sampling, std::uint32_t from_width, std::uint32_t to_width) {
  row_of_ = {};
  if (sampling == sampling_ && from_width == from_width_ && to_width == to_width_) return;
  sampling_ = sampling;
  from_width_ = from_width;
  to_width_ = to_width;
  columns_.resize(to_width);
  weights_.resize(to_width);
  for (auto& row : rows_) row.resize(std::size_t{to_width} * 4);
  for (std::uint32_t x = 0; x < to_width; ++x) {
    const Tap tap = tap_at(sampling, x, from_width, to_width, kernels::kWeightBits);
    columns_[x] = tap.first;
    weights_[x] = kernels::make_weights(tap.fraction);
  }
}

// Source row `y` scaled to target columns [first, first + count).
const std::int16_t* TwoTapScaler::scaled_row(const ConstImage& from, std::uint32_t y,
                                             std::uint32_t first, std::uint32_t count) {
  auto& row = rows_[y & 1];
  if (row_of_[y & 1] == y + std::uint64_t{1}) return row.data();
  row_of_[y & 1] = y + std::uint64_t{1};
  const auto* pixels = reinterpret_cast<const std::uint32_t*>(from.row(y));
  // A picture one pixel wide has no right neighbour: give it itself.
  const std::array<std::uint32_t, 2> twice = {pixels[0], pixels[0]};
  kernels::horizontal(row.data(), from.size.width == 1 ? twice.data() : pixels,
                      columns_.data() + first, weights_.data() + first, count);
  return row.data();
}

void TwoTapScaler::scale(Sampling sampling, const Image& to, const Rect& into,
                         const ConstImage& from, const Rect& clip) {
  const Rect area = intersection(into, clip);
  plan(sampling, from.size.width, into.width);
  const std::uint32_t first = area.x - into.x;
  constexpr int kShareBits = 15;
  constexpr std::uint32_t kWhole = 1U << kShareBits;
  for (std::uint32_t y = area.y; y < area.bottom(); ++y) {
    const Tap tap = tap_at(sampling, y - into.y, from.size.height, into.height, kShareBits);
    const bool only_lower = tap.fraction == kWhole;
    const std::uint32_t upper_y = tap.first + (only_lower ? 1 : 0);
    const std::uint32_t lower_y = std::min(upper_y + 1, from.size.height - 1);
    const std::int16_t* upper = scaled_row(from, upper_y, first, area.width);
    const std::int16_t* lower =
        only_lower || tap.fraction == 0 ? upper : scaled_row(from, lower_y, first, area.width);
    auto* out = reinterpret_cast<std::uint32_t*>(to.row(y)) + area.x;
    kernels::vertical(out, upper, lower, only_lower ? 0 : tap.fraction, area.width);
  }
}

}  // namespace pierglass::pixel
