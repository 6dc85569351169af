// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "base/geometry.hpp"

namespace pierglass::wl {

// A pointer's picture: ARGB8888, premultiplied, rows without padding.
struct Arrow {
  std::vector<std::uint32_t> pixels;
  Size size;       // pixels
  Point hot_spot;  // pixels; the arrow's tip
};

// A white arrow with a black edge, drawn smoothly for a screen of that scale (120: 1:1).
Arrow draw_arrow(std::uint32_t scale120);

}  // namespace pierglass::wl
