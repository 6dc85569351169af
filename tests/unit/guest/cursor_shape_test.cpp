// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/core/cursor_shape.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace pierglass::guest {
namespace {

using wire::CursorType;
using Pixels = std::vector<std::uint32_t>;

constexpr Size kFour{4, 1};

// The leftmost pixel in the highest bit; the rest of the four bytes is padding.
std::array<std::byte, 4> mask_of(unsigned bits) {
  return {static_cast<std::byte>(bits << 4), std::byte{0xff}, std::byte{0xff}, std::byte{0xff}};
}

TEST(CursorShape, AlphaWinsOverTheMask) {
  Pixels pixels{0x80112233, 0x00000000, 0xff445566, 0x00000000};
  const Pixels before = pixels;
  EXPECT_EQ(apply_cursor_mask(kFour, pixels, mask_of(0b1111)), CursorType::Colour);
  EXPECT_EQ(pixels, before);
}

TEST(CursorShape, WithoutAlphaTheMaskMakesItOpaqueOrClear) {
  Pixels pixels{0x112233, 0x000000, 0x000000, 0x445566};
  EXPECT_EQ(apply_cursor_mask(kFour, pixels, mask_of(0b0110)), CursorType::Colour);
  EXPECT_EQ(pixels, (Pixels{0xff112233, 0, 0, 0xff445566}));
}

TEST(CursorShape, MaskedPixelsWithColourInvertTheScreen) {
  Pixels pixels{0x112233, 0xffffff, 0x000000, 0x445566};
  EXPECT_EQ(apply_cursor_mask(kFour, pixels, mask_of(0b0110)), CursorType::MaskedColour);
  EXPECT_EQ(pixels, (Pixels{0x00112233, 0xffffffff, 0xff000000, 0x00445566}));
}

TEST(CursorShape, RowsOfTheMaskAreFourBytesApart) {
  EXPECT_EQ(mask_pitch(1), 4u);
  EXPECT_EQ(mask_pitch(32), 4u);
  EXPECT_EQ(mask_pitch(33), 8u);
  Pixels pixels(33 * 2, 0x010203);
  pixels[32] = 0;
  std::vector<std::byte> mask(16, std::byte{0});
  mask[4] = std::byte{0x80};  // row 0, pixel 32
  EXPECT_EQ(apply_cursor_mask({33, 2}, pixels, mask), CursorType::Colour);
  EXPECT_EQ(pixels[31], 0xff010203u);
  EXPECT_EQ(pixels[32], 0u);
  EXPECT_EQ(pixels[65], 0xff010203u);
}

}  // namespace
}  // namespace pierglass::guest
