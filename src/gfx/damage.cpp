// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/damage.hpp"

#include <algorithm>
#include <array>

namespace pierglass::gfx {

pixel::DamageRegion normalised(std::span<const Rect> damage, Size size) {
  pixel::DamageRegion region;
  for (const Rect& rect : damage) region.add(intersection(rect, full_rect(size)));
  return region;
}

std::uint64_t rows_of(const pixel::DamageRegion& region) {
  std::array<Rect, pixel::DamageRegion::kMaxRects> by_top;
  const auto end = std::ranges::copy(region.rects(), by_top.begin()).out;
  std::sort(by_top.begin(), end, [](const Rect& a, const Rect& b) { return a.y < b.y; });
  std::uint64_t rows = 0;
  std::uint64_t covered = 0;  // every row above this one is counted
  for (auto rect = by_top.begin(); rect != end; ++rect) {
    const std::uint64_t top = std::max<std::uint64_t>(rect->y, covered);
    if (rect->bottom() > top) rows += rect->bottom() - top;
    covered = std::max(covered, rect->bottom());
  }
  return rows;
}

}  // namespace pierglass::gfx
