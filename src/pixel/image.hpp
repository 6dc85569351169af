// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/geometry.hpp"
#include "wire/format.hpp"

namespace pierglass::pixel {

// How samples are to be read, and what becomes of those brighter than white.
struct Colour {
  wire::ColourSpace space = wire::ColourSpace::Srgb;
  // What white is in the two absolute spaces (scRGB's 1.0 is 80 cd/m2), 1/1000 cd/m2; not 0.
  std::uint32_t white_millinits = 80'000;
  // Highlights are compressed into the range instead of clipped, which costs white some brightness.
  bool compress = false;
  friend bool operator==(const Colour&, const Colour&) = default;
};

// All that says how a picture is stored and to be shown, but for where it lies.
struct PictureKind {
  Size size;
  wire::PixelFormat format = wire::PixelFormat::Xrgb8888;
  Colour colour;
  wire::Rotation rotation = wire::Rotation::None;
  friend bool operator==(const PictureKind&, const PictureKind&) = default;
};

// Views of pixels in memory; they own nothing. `pitch` is the distance between rows in bytes.
struct ConstImage {
  const std::byte* data = nullptr;
  std::uint32_t pitch = 0;
  Size size;  // as stored
  wire::PixelFormat format = wire::PixelFormat::Xrgb8888;
  Colour colour;
  wire::Rotation rotation = wire::Rotation::None;  // clockwise, to stand upright

  [[nodiscard]] const std::byte* row(std::uint32_t y) const {
    return data + std::size_t{y} * pitch;
  }
  [[nodiscard]] PictureKind kind() const { return {size, format, colour, rotation}; }
};

struct Image {
  std::byte* data = nullptr;
  std::uint32_t pitch = 0;
  Size size;
  wire::PixelFormat format = wire::PixelFormat::Xrgb8888;

  [[nodiscard]] std::byte* row(std::uint32_t y) const { return data + std::size_t{y} * pitch; }
  operator ConstImage() const {
    return {.data = data, .pitch = pitch, .size = size, .format = format};
  }
};

}  // namespace pierglass::pixel
