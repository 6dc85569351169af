// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/core/pattern_cursor.hpp"

#include <algorithm>
#include <cstring>

namespace pierglass::guest {
namespace {

void put_bgra(PatternCursor& cursor, std::uint32_t x, std::uint32_t y, std::uint32_t argb) {
  std::memcpy(cursor.image.data() + std::size_t{y} * cursor.info.pitch + std::size_t{x} * 4, &argb,
              sizeof argb);
}

PatternCursor blank(wire::CursorType type, Size size, std::uint32_t pitch, Point hot) {
  PatternCursor cursor;
  cursor.info = {.sequence = 0, .type = type, .size = size, .pitch = pitch, .hot = hot};
  cursor.image.resize(cursor.info.bytes());
  return cursor;
}

PatternCursor colour_cursor() {
  auto cursor = blank(wire::CursorType::Colour, {32, 32}, 32 * 4, {16, 16});
  for (std::uint32_t y = 0; y < 32; ++y) {
    for (std::uint32_t x = 0; x < 32; ++x) {
      const auto dx = static_cast<std::int32_t>(x) - 16;
      const auto dy = static_cast<std::int32_t>(y) - 16;
      const auto alpha =
          static_cast<std::uint32_t>(std::clamp(510 - 2 * (dx * dx + dy * dy), 0, 255));
      put_bgra(cursor, x, y, alpha << 24 | (x * 8) << 16 | 0x4000 | y * 8);
    }
  }
  return cursor;
}

// The bit of pixel x in its byte: the highest is the leftmost.
void set_bit(std::byte* row, std::uint32_t x) {
  row[x / 8] |= static_cast<std::byte>(0x80u >> (x % 8));
}

PatternCursor monochrome_cursor() {
  constexpr std::uint32_t kSide = 32;
  constexpr std::uint32_t kPitch = 4;
  auto cursor = blank(wire::CursorType::Monochrome, {kSide, kSide}, kPitch, {0, 0});
  std::byte* and_plane = cursor.image.data();
  std::byte* xor_plane = and_plane + std::size_t{kSide} * kPitch;
  for (std::uint32_t y = 0; y < kSide; ++y) {
    for (std::uint32_t x = 0; x < kSide; ++x) {
      // Left half replaces (and = 0), right half keeps; the lower half sets the xor bit.
      if (x >= kSide / 2) set_bit(and_plane + std::size_t{y} * kPitch, x);
      if (y >= kSide / 2) set_bit(xor_plane + std::size_t{y} * kPitch, x);
    }
  }
  return cursor;
}

PatternCursor masked_cursor() {
  constexpr std::uint32_t kXor = 0xff000000;
  auto cursor = blank(wire::CursorType::MaskedColour, {33, 31}, 33 * 4, {5, 7});
  for (std::uint32_t y = 0; y < 31; ++y) {
    for (std::uint32_t x = 0; x < 33; ++x) {
      std::uint32_t argb = kXor;  // xor with nothing: transparent
      if (x < 8) {
        argb = y < 16 ? 0x00c02040 : 0x0010e0a0;
      } else if (x < 24) {
        argb = kXor | (x < 16 ? 0xffffff : 0x808080);
      }
      put_bgra(cursor, x, y, argb);
    }
  }
  return cursor;
}

}  // namespace

PatternCursor pattern_cursor(wire::CursorType type) {
  switch (type) {
    case wire::CursorType::Colour:
      return colour_cursor();
    case wire::CursorType::Monochrome:
      return monochrome_cursor();
    case wire::CursorType::MaskedColour:
      return masked_cursor();
  }
  return colour_cursor();
}

}  // namespace pierglass::guest
