// SPDX-License-Identifier: GPL-2.0-or-later
#include "pixel/scale.hpp"

#include <algorithm>
#include <cstring>

#include "base/result.hpp"
#include "pixel/lanczos_kernel.hpp"

namespace pierglass::pixel {

namespace {

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

Range reached(std::uint64_t first, std::uint64_t end, std::uint64_t source, std::uint64_t target,
              Sampling sampling) {
  if (source == target) {
    return {static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(end - first)};
  }
  // Target pixel i samples around (i + 1/2) source / target - 1/2: so many source pixels to each
  // side, or where Lanczos shrinks so many target pixels.
  const bool wide = sampling == Sampling::Lanczos;
  const bool in_target = wide && source > target;
  const std::uint64_t lobes = wide ? kLanczosLobes : 1;
  const std::uint64_t in_source = in_target ? 0 : 2 * lobes;
  const std::uint64_t added = 1 + (in_target ? lobes : 0);
  const std::uint64_t lowest = 2 * first + 1;
  const std::uint64_t low = lowest <= in_source ? 0 : (lowest - in_source) * target / (2 * source);
  const std::uint64_t past =
      ((2 * end - 1 + in_source) * target + 2 * source - 1) / (2 * source) + added - 1;
  const std::uint64_t from = low <= added ? 0 : low - added;
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

void Scaler::scale(Sampling sampling, const Image& to, const Rect& into, const ConstImage& from,
                   const Rect& clip) {
  CHECK(into.inside(to.size));
  const Rect area = intersection(into, clip);
  if (area.empty() || from.size.area() == 0) return;
  if (Size{into.width, into.height} == from.size) return copy_rows(to, into, from, area);
  CHECK(sampling != Sampling::Copy);
  if (sampling == Sampling::Lanczos) {
    lanczos_.scale(to, into, from, clip);
  } else {
    two_taps_.scale(sampling, to, into, from, clip);
  }
}

Rect scaled_damage(const Rect& source, Size picture, const Rect& into, Sampling sampling) {
  const Rect inside = intersection(source, full_rect(picture));
  if (inside.empty() || into.empty()) return {};
  const Range x = reached(inside.x, inside.right(), picture.width, into.width, sampling);
  const Range y = reached(inside.y, inside.bottom(), picture.height, into.height, sampling);
  return {into.x + x.first, into.y + y.first, x.count, y.count};
}

}  // namespace pierglass::pixel
