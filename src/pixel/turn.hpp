// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <span>

#include "base/geometry.hpp"
#include "pixel/convert.hpp"
#include "pixel/copy.hpp"
#include "pixel/image.hpp"

namespace pierglass::pixel {

// Pixel (x, y) of the upright picture is stored at origin + x * right + y * down.
struct Turn {
  Point origin;
  Point right;
  Point down;
};
Turn turn_of(Size stored, wire::Rotation rotation);

// The size of the upright picture.
Size upright_size(Size stored, wire::Rotation rotation);

// Where a stored rectangle, inside `stored`, is in the upright picture.
Rect upright_rect(const Rect& rect, Size stored, wire::Rotation rotation);

// Takes rectangles of a stored picture over into its upright Xrgb8888 form, and writes nothing
// else. `to` has the upright size; `rects` are stored pixels and lie inside; `converter` is of the
// stored picture's format and colour. Pictures that are Xrgb8888 and upright go through copy_rects,
// with these stores.
void take_upright(const Image& to, const ConstImage& from, const RowConverter& converter,
                  std::span<const Rect> rects, Stores stores = Stores::Streaming);

}  // namespace pierglass::pixel
