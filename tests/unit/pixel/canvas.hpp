// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include "pixel/image.hpp"

namespace pierglass::pixel {

using Pixels = std::vector<std::uint32_t>;

struct Canvas {
  Size size;
  Pixels pixels;

  explicit Canvas(Size s, std::uint32_t fill = 0) : size(s), pixels(s.area(), fill) {}
  Image image() {
    return {reinterpret_cast<std::byte*>(pixels.data()), size.width * 4, size,
            wire::PixelFormat::Xrgb8888};
  }
  [[nodiscard]] std::uint32_t at(std::int64_t x, std::int64_t y) const {
    const std::int64_t cx = std::clamp<std::int64_t>(x, 0, std::int64_t{size.width} - 1);
    const std::int64_t cy = std::clamp<std::int64_t>(y, 0, std::int64_t{size.height} - 1);
    return pixels[static_cast<std::size_t>(cy * size.width + cx)];
  }
};

inline Canvas random_canvas(std::mt19937& random, Size size) {
  Canvas canvas(size);
  for (auto& pixel : canvas.pixels) pixel = static_cast<std::uint32_t>(random());
  return canvas;
}

}  // namespace pierglass::pixel
