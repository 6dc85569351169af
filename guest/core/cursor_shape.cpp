// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/core/cursor_shape.hpp"

#include <algorithm>

namespace pierglass::guest {
namespace {

constexpr std::uint32_t kAlpha = 0xff000000;

bool masked(std::span<const std::byte> mask, Size size, std::size_t pixel) {
  const std::size_t x = pixel % size.width;
  const std::size_t y = pixel / size.width;
  const std::byte bits = mask[y * mask_pitch(size.width) + x / 8];
  return (static_cast<std::uint32_t>(bits) & (0x80u >> (x % 8))) != 0;
}

}  // namespace

wire::CursorType apply_cursor_mask(Size size, std::span<std::uint32_t> pixels,
                                   std::span<const std::byte> mask) {
  const auto has_alpha = [](std::uint32_t pixel) { return (pixel & kAlpha) != 0; };
  if (std::any_of(pixels.begin(), pixels.end(), has_alpha)) return wire::CursorType::Colour;

  bool inverts = false;
  for (std::size_t i = 0; i < pixels.size(); ++i)
    inverts = inverts || (masked(mask, size, i) && pixels[i] != 0);
  for (std::size_t i = 0; i < pixels.size(); ++i)
    if (masked(mask, size, i) == inverts) pixels[i] |= kAlpha;
  return inverts ? wire::CursorType::MaskedColour : wire::CursorType::Colour;
}

}  // namespace pierglass::guest
