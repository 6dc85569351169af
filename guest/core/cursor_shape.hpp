// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/geometry.hpp"
#include "wire/parse.hpp"

namespace pierglass::guest {

// A shape as the wire has it, with its picture.
struct CursorShape {
  wire::ShapeInfo info;
  std::vector<std::byte> image;  // info.bytes()
};

// Bytes between the rows of a 1-bit device-independent bitmap.
constexpr std::uint32_t mask_pitch(std::uint32_t width) {
  return (width + 31) / 32 * 4;
}

// Makes a wire shape of a Windows colour cursor: `pixels` (BGRA as GetDIBits gives it, row by row
// without padding) is changed in place, `mask` is the AND mask, one bit a pixel, mask_pitch() bytes
// a row. A cursor whose alpha is used stays as it is. Otherwise the mask decides: 0 replaces the
// screen, 1 exclusive-ors it; Colour when that never inverts anything, else MaskedColour.
wire::CursorType apply_cursor_mask(Size size, std::span<std::uint32_t> pixels,
                                   std::span<const std::byte> mask);

}  // namespace pierglass::guest
