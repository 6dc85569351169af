// SPDX-License-Identifier: GPL-2.0-or-later
#include "pixel/cursor_plane.hpp"

#include <algorithm>
#include <cstddef>

namespace pierglass::pixel {
namespace {

constexpr std::uint32_t kWhite = 0xffffffff;
constexpr std::uint32_t kBlack = 0xff000000;

// Channels above their alpha, which draw_cursor() adds to the screen, mean nothing to a plane.
constexpr std::uint32_t premultiplied(std::uint32_t pixel) {
  const std::uint32_t alpha = pixel >> 24;
  const auto at_most = [&](int shift) { return std::min(pixel >> shift & 255, alpha) << shift; };
  return alpha << 24 | at_most(16) | at_most(8) | at_most(0);
}

// Black around (x, y), where nothing shows.
void outline(PlaneImage& plane, std::uint32_t x, std::uint32_t y) {
  const std::uint32_t bottom = std::min(y + 1, plane.size.height - 1);
  const std::uint32_t right = std::min(x + 1, plane.size.width - 1);
  for (std::uint32_t row = y == 0 ? 0 : y - 1; row <= bottom; ++row) {
    for (std::uint32_t column = x == 0 ? 0 : x - 1; column <= right; ++column) {
      std::uint32_t& pixel = plane.pixels[std::size_t{row} * plane.size.width + column];
      if (pixel == 0) pixel = kBlack;
    }
  }
}

}  // namespace

PlaneImage plane_image(const CursorImage& cursor) {
  const Size size = cursor.size;
  const std::uint32_t border = cursor.invert.empty() ? 0 : 1;
  const auto moved = static_cast<std::int32_t>(border);
  PlaneImage plane{{size.width + 2 * border, size.height + 2 * border},
                   {cursor.hot.x + moved, cursor.hot.y + moved},
                   {}};
  plane.pixels.resize(plane.size.area());
  const auto for_each = [&](auto&& visit) {
    for (std::uint32_t y = 0; y < size.height; ++y) {
      for (std::uint32_t x = 0; x < size.width; ++x) {
        visit(x + border, y + border, std::size_t{y} * size.width + x);
      }
    }
  };
  const auto inverts = [&](std::size_t i) {
    return !cursor.invert.empty() && cursor.invert[i] != 0;
  };
  for_each([&](std::uint32_t x, std::uint32_t y, std::size_t i) {
    plane.pixels[std::size_t{y} * plane.size.width + x] =
        inverts(i) ? kWhite : premultiplied(cursor.blend[i]);
  });
  for_each([&](std::uint32_t x, std::uint32_t y, std::size_t i) {
    if (inverts(i)) outline(plane, x, y);
  });
  return plane;
}

}  // namespace pierglass::pixel
