// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <span>

#include "base/geometry.hpp"
#include "pixel/damage_region.hpp"
#include "wire/parse.hpp"

// What the GPU makes of a captured picture before it crosses to the shared memory.
namespace pierglass::guest {

struct PictureWish {
  Size limit;  // larger pictures are made smaller, as the user sees them; 0×0: as they are
  bool ten_bit = false;  // half floats become ten bits of BT.2020 PQ: half the bytes
};

// Of one kind of picture.
struct PicturePlan {
  Size size;
  wire::PixelFormat format = wire::PixelFormat::Xrgb8888;
  bool to_pq = false;
  bool pass = false;  // anything is to be done at all
  friend bool operator==(const PicturePlan&, const PicturePlan&) = default;
};

// `size` is the stored picture's; `rotation` turns it upright. The aspect stays, to the pixel.
PicturePlan plan_picture(Size size, wire::PixelFormat format, wire::Rotation rotation,
                         const PictureWish& wish);

// The pixels of the picture made `to` large that change with `damage` of the one of size `from`:
// also those that a mean over neighbours reaches.
pixel::DamageRegion scaled_damage(std::span<const Rect> damage, Size from, Size to);

}  // namespace pierglass::guest
