// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/geometry.hpp"

namespace pierglass::gfx {

// One line of text, row by row without padding; each byte is 0 (empty) or 255 (covered).
struct TextMask {
  Size size;
  std::vector<std::uint8_t> coverage;
};

// Renders ASCII with every font pixel `factor` pixels wide and high. Other bytes show as '?'. Only
// the first kMaxMessageLength characters are drawn.
inline constexpr std::size_t kMaxMessageLength = 256;
TextMask text_mask(std::string_view text, std::uint32_t factor);
inline constexpr std::uint32_t kTextLineHeight = 12;  // of a mask with factor 1, with descenders

// The factor for something of that size (with factor 1): easily read in such a window, smaller
// where it would not fit, 1 at least.
std::uint32_t text_factor(Size text, Size window);

// A white line of text on black that fits a window: where it goes, and its Xrgb8888 pixels, row by
// row without padding. The largest factor whose line fits is used; a line too long even so is cut
// on the right.
struct MessagePicture {
  Rect into;
  std::vector<std::uint32_t> pixels;
};
MessagePicture message_picture(std::string_view text, Size window);

}  // namespace pierglass::gfx
