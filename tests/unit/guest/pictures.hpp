// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstring>
#include <random>
#include <span>
#include <vector>

#include "base/geometry.hpp"
#include "pixel/convert.hpp"
#include "pixel/image.hpp"
#include "wire/build.hpp"

namespace pierglass::guest::test {

// Same numbers for the same seed everywhere.
class Random {
 public:
  explicit Random(std::uint32_t seed) : engine_(seed) {}
  // 0 .. limit-1
  std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(engine_()) % limit; }
  // Inside `size`, not empty.
  Rect rect(Size size) {
    const std::uint32_t x = below(size.width);
    const std::uint32_t y = below(size.height);
    return {x, y, 1 + below(size.width - x), 1 + below(size.height - y)};
  }

 private:
  std::mt19937 engine_;
};

// A picture with its memory.
struct Picture {
  explicit Picture(Size size, wire::PixelFormat format = wire::PixelFormat::Xrgb8888)
      : bytes(std::size_t{wire::pitch_for(size.width, format)} * size.height),
        image{bytes.data(), wire::pitch_for(size.width, format), size, format} {}
  Picture(const Picture&) = delete;
  Picture& operator=(const Picture&) = delete;

  void set(std::uint32_t x, std::uint32_t y, std::uint32_t value) {
    std::memcpy(image.row(y) + std::size_t{x} * 4, &value, sizeof value);
  }
  void fill(const Rect& rect, std::uint32_t value) {
    for (std::uint32_t y = rect.y; y < rect.bottom(); ++y)
      for (std::uint32_t x = rect.x; x < rect.right(); ++x) set(x, y, value);
  }

  std::vector<std::byte> bytes;
  pixel::Image image;
};

// Row by row without padding, 0x00RRGGBB, of any format.
inline std::vector<std::uint32_t> colours(const pixel::ConstImage& image) {
  std::vector<std::uint32_t> out(image.size.area());
  const pixel::RowConverter converter(image.format, image.colour);
  for (std::uint32_t y = 0; y < image.size.height; ++y)
    converter.convert(out.data() + std::size_t{y} * image.size.width, image.row(y),
                      image.size.width);
  for (std::uint32_t& value : out) value &= 0x00ffffff;
  return out;
}

inline bool covers(std::span<const Rect> rects, std::uint32_t x, std::uint32_t y) {
  for (const Rect& rect : rects)
    if (rect.contains({x, y, 1, 1})) return true;
  return false;
}

}  // namespace pierglass::guest::test
