// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <span>

#include "base/geometry.hpp"
#include "pixel/damage_region.hpp"

namespace pierglass::gfx {

// The part of `damage` inside `size`, without overlaps.
pixel::DamageRegion normalised(std::span<const Rect> damage, Size size);

// How many different rows the region touches.
std::uint64_t rows_of(const pixel::DamageRegion& region);

}  // namespace pierglass::gfx
