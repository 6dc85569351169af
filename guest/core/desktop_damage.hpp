// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <span>

#include "base/geometry.hpp"
#include "pixel/damage_region.hpp"

namespace pierglass::guest {

// A rectangle as Windows gives it: any values, also empty, inside out or outside the picture.
struct DesktopRect {
  std::int32_t left = 0;
  std::int32_t top = 0;
  std::int32_t right = 0;   // one past the last column
  std::int32_t bottom = 0;  // one past the last row
  friend bool operator==(const DesktopRect&, const DesktopRect&) = default;
};

// Pixels that were moved to `to` from a place of the same size with this corner.
struct DesktopMove {
  Point from;
  DesktopRect to;
};

// What a frame says of its changes. Rectangles are in the texture's own, unturned pixels.
struct DesktopChanges {
  std::span<const DesktopRect> dirty;
  std::span<const DesktopMove> moves;
  bool complete = true;  // false: the lists did not fit or could not be had
};

// The part of `rect` inside a picture of `size`; empty when there is none.
Rect clipped(const DesktopRect& rect, Size size);

// What differs from the frame before; inside `size`, never empty. A move changes its source and its
// destination; one onto itself, which some drivers report, nothing. No changes at all on a picture
// that was presented, lists that are not complete, and lists that have nothing inside the picture
// mean all of it.
pixel::DamageRegion damage_of(const DesktopChanges& changes, Size size);

}  // namespace pierglass::guest
