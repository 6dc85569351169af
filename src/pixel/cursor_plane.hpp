// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "base/geometry.hpp"
#include "pixel/cursor.hpp"

namespace pierglass::pixel {

// A pointer for a plane of its own, over whatever lies below.
struct PlaneImage {
  Size size;
  Point hot;                          // inside the picture, as the cursor's
  std::vector<std::uint32_t> pixels;  // 0xAARRGGBB premultiplied, row by row without padding
};

// Exact but where the cursor inverts, which no plane can: such pixels become white, and what lies
// next to them (corners too) and would show nothing becomes black, so that a text bar is seen on
// any ground. The picture grows by a pixel on each side where the outline needs it.
PlaneImage plane_image(const CursorImage& cursor);

}  // namespace pierglass::pixel
