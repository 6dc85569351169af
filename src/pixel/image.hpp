// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/geometry.hpp"
#include "wire/format.hpp"

namespace pierglass::pixel {

// Views of pixels in memory; they own nothing. `pitch` is the distance between rows in bytes.
struct ConstImage {
  const std::byte* data = nullptr;
  std::uint32_t pitch = 0;
  Size size;
  wire::PixelFormat format = wire::PixelFormat::Xrgb8888;

  [[nodiscard]] const std::byte* row(std::uint32_t y) const {
    return data + std::size_t{y} * pitch;
  }
};

struct Image {
  std::byte* data = nullptr;
  std::uint32_t pitch = 0;
  Size size;
  wire::PixelFormat format = wire::PixelFormat::Xrgb8888;

  [[nodiscard]] std::byte* row(std::uint32_t y) const { return data + std::size_t{y} * pitch; }
  operator ConstImage() const { return {data, pitch, size, format}; }
};

}  // namespace pierglass::pixel
