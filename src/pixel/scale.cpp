// SPDX-License-Identifier: GPL-2.0-or-later
#include "pixel/scale.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/result.hpp"
#include "pixel/scale_kernels.hpp"

namespace pierglass::pixel {

namespace {

// Where the centre of a target pixel falls between two source pixels' centres.
struct Tap {
  std::uint32_t first;     // the lower of the two; its neighbour exists when the source has two
  std::uint32_t fraction;  // towards the neighbour, in 1/2^bits, at most 2^bits
};

// Exact in integers: position = (2 i + 1) source / (2 target) - 1/2, clamped to the edge centres.
Tap tap_at(std::uint32_t i, std::uint32_t source, std::uint32_t target, int bits) {
  const std::int64_t unit = 2 * std::int64_t{target};
  const std::int64_t position = (2 * std::int64_t{i} + 1) * source - target;
  if (position <= 0 || source == 1) return {0, 0};
  const std::int64_t first = position / unit;
  if (first >= std::int64_t{source} - 1) return {source - 2, 1u << bits};
  const std::int64_t rest = position % unit;
  return {static_cast<std::uint32_t>(first),
          static_cast<std::uint32_t>(((rest << bits) + target) / unit)};
}

void copy_rows(const Image& to, const Rect& into, const ConstImage& from, const Rect& area) {
  for (std::uint32_t y = area.y; y < area.bottom(); ++y) {
    std::memcpy(to.row(y) + std::size_t{area.x} * 4,
                from.row(y - into.y) + std::size_t{area.x - into.x} * 4,
                std::size_t{area.width} * 4);
  }
}

constexpr std::uint32_t round_div(std::uint64_t a, std::uint64_t b) {
  return static_cast<std::uint32_t>((a + b / 2) / b);
}

// One axis of scaled_damage: the half-open range of target pixels that sample source pixels
// [first, end), as offsets from the target's edge.
struct Range {
  std::uint32_t first;
  std::uint32_t count;
};

Range reached(std::uint64_t first, std::uint64_t end, std::uint64_t source, std::uint64_t target) {
  if (source == target) {
    return {static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(end - first)};
  }
  // Target pixel i samples around (i + 1/2) source / target - 1/2, one source pixel to each side.
  const std::uint64_t low = first == 0 ? 0 : (2 * first - 1) * target / (2 * source);
  const std::uint64_t past = ((2 * end + 1) * target + 2 * source - 1) / (2 * source);
  const std::uint64_t from = low == 0 ? 0 : low - 1;
  const std::uint64_t to = std::min(past, target);
  return {static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(to - from)};
}

}  // namespace

Rect fit_rect(Size picture, Size window) {
  if (picture.area() == 0 || window.area() == 0) return {};
  const std::uint64_t pw = picture.width;
  const std::uint64_t ph = picture.height;
  Size size = window;
  if (pw * window.height >= ph * window.width) {
    size.height = std::max(round_div(window.width * ph, pw), 1u);
    if (window.height - size.height <= 1) return full_rect(window);
  } else {
    size.width = std::max(round_div(window.height * pw, ph), 1u);
    if (window.width - size.width <= 1) return full_rect(window);
  }
  return {(window.width - size.width) / 2, (window.height - size.height) / 2, size.width,
          size.height};
}

void BilinearScaler::plan(std::uint32_t from_width, std::uint32_t to_width) {
  row_of_ = {};
  if (from_width == from_width_ && to_width == to_width_) return;
  from_width_ = from_width;
  to_width_ = to_width;
  columns_.resize(to_width);
  weights_.resize(to_width);
  for (auto& row : rows_) row.resize(std::size_t{to_width} * 4);
  for (std::uint32_t x = 0; x < to_width; ++x) {
    const Tap tap = tap_at(x, from_width, to_width, kernels::kWeightBits);
    columns_[x] = tap.first;
    weights_[x] = kernels::make_weights(tap.fraction);
  }
}

// Source row `y` scaled to target columns [first, first + count).
const std::int16_t* BilinearScaler::scaled_row(const ConstImage& from, std::uint32_t y,
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

void BilinearScaler::scale(const Image& to, const Rect& into, const ConstImage& from,
                           const Rect& clip) {
  CHECK(into.inside(to.size));
  const Rect area = intersection(into, clip);
  if (area.empty() || from.size.area() == 0) return;
  if (into.width == from.size.width && into.height == from.size.height) {
    return copy_rows(to, into, from, area);
  }
  plan(from.size.width, into.width);
  const std::uint32_t first = area.x - into.x;
  constexpr int kShareBits = 15;
  constexpr std::uint32_t kWhole = 1u << kShareBits;
  for (std::uint32_t y = area.y; y < area.bottom(); ++y) {
    const Tap tap = tap_at(y - into.y, from.size.height, into.height, kShareBits);
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

Rect scaled_damage(const Rect& source, Size picture, const Rect& into) {
  const Rect inside = intersection(source, full_rect(picture));
  if (inside.empty() || into.empty()) return {};
  const Range x = reached(inside.x, inside.right(), picture.width, into.width);
  const Range y = reached(inside.y, inside.bottom(), picture.height, into.height);
  return {into.x + x.first, into.y + y.first, x.count, y.count};
}

}  // namespace pierglass::pixel
