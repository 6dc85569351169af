// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

#include "pixel/damage_region.hpp"
#include "pixel/image.hpp"

namespace pierglass::guest {

// Tiles are compared whole; one row of a tile is four cache lines of 32-bit pixels.
inline constexpr std::uint32_t kTileWidth = 64;
inline constexpr std::uint32_t kTileHeight = 16;

// The tiles in which `after` differs from `before`, neighbours merged. Both have one size and
// format; bytes between rows are not looked at. Covers every changed pixel; more than the changed
// tiles only when DamageRegion runs out of rectangles.
pixel::DamageRegion differing_tiles(const pixel::ConstImage& before,
                                    const pixel::ConstImage& after);

}  // namespace pierglass::guest
