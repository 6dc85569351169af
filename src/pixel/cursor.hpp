// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/geometry.hpp"
#include "base/result.hpp"
#include "pixel/image.hpp"
#include "wire/parse.hpp"

namespace pierglass::pixel {

// Of any shape, whoever sends it; a region's own limit is lower.
inline constexpr std::uint32_t kMaxPointerSide = 512;

// Any Windows pointer shape in one form. Each pixel turns a screen pixel s (8 bits a channel) into
//   ((s * (255 - a) / 255) + rgb) xor invert
// with a and rgb from `blend` (premultiplied) and `invert` from the plane of that name.
struct CursorImage {
  Size size;
  Point hot;                          // inside the picture
  std::vector<std::uint32_t> blend;   // 0xAARRGGBB premultiplied, row by row without padding
  std::vector<std::uint32_t> invert;  // 0x00RRGGBB; empty when the shape inverts nothing
};

// `image` holds info.bytes() bytes of the wire's shape. In a masked one, any mask but 0 inverts.
// InvalidArgument when it is shorter, empty or beyond kMaxPointerSide.
Result<CursorImage> make_cursor_image(const wire::ShapeInfo& info,
                                      std::span<const std::byte> image);

// The same pointer for a screen of the size `from` that is shown with the size `to`: nearest
// pixels, sides of 1 to kMaxPointerSide. Neither size may be empty.
CursorImage scaled_cursor(const CursorImage& cursor, Size from, Size to);

// Draws the cursor with its hot spot at `position` (pixels of `target`, may lie outside) onto an
// Xrgb8888 image, inside `clip` only. The reference for the GPU pass, and the software path.
void draw_cursor(const Image& target, const CursorImage& cursor, Point position, const Rect& clip);

// What drawing it there would touch, clipped to `target`; empty when outside.
Rect cursor_bounds(const CursorImage& cursor, Point position, Size target);

}  // namespace pierglass::pixel
