// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "base/checked.hpp"
#include "gfx/panel.hpp"
#include "gfx/presenter.hpp"
#include "pixel/cursor.hpp"
#include "pixel/scale.hpp"
#include "pixel/turn.hpp"

namespace pierglass::gfx::test {

// The same numbers in every run.
class Random {
 public:
  std::uint32_t operator()() { return static_cast<std::uint32_t>(engine_()); }

 private:
  std::mt19937 engine_{2026};
};

// Pixels with the memory they lie in.
struct Picture {
  Size size;  // as stored
  wire::PixelFormat format = wire::PixelFormat::Xrgb8888;
  std::uint32_t pitch = 0;
  std::vector<std::byte> bytes;
  pixel::Colour colour;
  wire::Rotation rotation = wire::Rotation::None;

  Picture() = default;
  explicit Picture(Size s, wire::PixelFormat f = wire::PixelFormat::Xrgb8888,
                   std::uint32_t alignment = 256)
      : size(s),
        format(f),
        pitch(align_up(s.width * wire::bytes_per_pixel(f), alignment)),
        bytes(std::size_t{pitch} * s.height) {}

  [[nodiscard]] pixel::Image image() { return {bytes.data(), pitch, size, format}; }
  [[nodiscard]] pixel::ConstImage image() const { return stored(); }
  [[nodiscard]] pixel::ConstImage stored() const {
    return {bytes.data(), pitch, size, format, colour, rotation};
  }
  [[nodiscard]] Size upright() const { return pixel::upright_size(size, rotation); }
  [[nodiscard]] std::uint32_t at(std::uint32_t x, std::uint32_t y) const {
    std::uint32_t pixel;
    std::memcpy(&pixel, image().row(y) + std::size_t{x} * 4, sizeof pixel);
    return pixel & 0xffffff;
  }
};

inline void scribble(Picture& picture, const Rect& rect, Random& random) {
  const std::uint32_t pixel_bytes = wire::bytes_per_pixel(picture.format);
  for (std::uint32_t y = rect.y; y < rect.bottom(); ++y) {
    std::byte* row = picture.image().row(y);
    for (std::size_t i = rect.x * pixel_bytes; i < rect.right() * pixel_bytes; ++i) {
      row[i] = static_cast<std::byte>(random());
    }
  }
}

inline Picture random_picture(Size size, wire::PixelFormat format, Random& random,
                              std::uint32_t alignment = 256) {
  Picture picture(size, format, alignment);
  scribble(picture, full_rect(size), random);
  return picture;
}

inline pixel::CursorImage random_pointer(wire::CursorType type, Size size, Random& random) {
  wire::ShapeInfo info;
  info.type = type;
  info.size = size;
  info.pitch = type == wire::CursorType::Monochrome ? (size.width + 7) / 8 : size.width * 4;
  info.hot = {static_cast<std::int32_t>(size.width / 3),
              static_cast<std::int32_t>(size.height / 2)};
  std::vector<std::byte> bytes(info.bytes());
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  return *pixel::make_cursor_image(info, bytes);
}

// pixel::sampling_of or pixel::sampling_on_cpu_of.
using SamplingRule = pixel::Sampling (*)(pixel::Filter filter, Size picture, Size into);

// What a window must show, by the plain reference functions: the picture upright, the pointer drawn
// into it, the result scaled, the rest black.
inline Picture reference(const Picture& picture, Size window, const CursorOverlay& cursor,
                         pixel::Filter filter = pixel::Filter::Auto,
                         SamplingRule sampling_of = pixel::sampling_of) {
  Picture composed(picture.upright());
  const Rect all = full_rect(picture.size);
  const pixel::RowConverter converter(picture.format, picture.colour);
  pixel::take_upright(composed.image(), picture.stored(), converter, {&all, 1});
  if (cursor.image != nullptr) {
    pixel::draw_cursor(composed.image(), *cursor.image, cursor.position, full_rect(composed.size));
  }
  Picture shown(window);
  const Rect into = pixel::fit_rect(composed.size, window);
  const pixel::Sampling sampling = sampling_of(filter, composed.size, {into.width, into.height});
  pixel::Scaler().scale(sampling, shown.image(), into, composed.image(), into);
  return shown;
}

// The same with a panel on it, drawn pixel by pixel.
inline Picture with_panel(Picture shown, const Picture& picture, const CursorOverlay& cursor,
                          const std::vector<std::string>& lines) {
  Panel panel;
  panel.set_lines(lines);
  panel.fit(shown.size);
  const Size upright = picture.upright();
  panel.draw(shown.image(), {cursor, upright, pixel::fit_rect(upright, shown.size)});
  return shown;
}

// The largest difference of any channel, and where.
struct Difference {
  int worst = 0;
  std::uint32_t x = 0, y = 0;
  std::uint32_t got = 0, want = 0;
};

inline Difference difference(const Picture& got, const Picture& want) {
  Difference result;
  for (std::uint32_t y = 0; y < want.size.height; ++y) {
    for (std::uint32_t x = 0; x < want.size.width; ++x) {
      const std::uint32_t a = got.at(x, y);
      const std::uint32_t b = want.at(x, y);
      for (int shift : {0, 8, 16}) {
        const int apart =
            std::abs(static_cast<int>(a >> shift & 255) - static_cast<int>(b >> shift & 255));
        if (apart > result.worst) result = {apart, x, y, a, b};
      }
    }
  }
  return result;
}

inline std::ostream& operator<<(std::ostream& out, const Difference& d) {
  return out << d.worst << " at " << d.x << "," << d.y << std::hex << ": " << d.got << " not "
             << d.want << std::dec;
}

}  // namespace pierglass::gfx::test
