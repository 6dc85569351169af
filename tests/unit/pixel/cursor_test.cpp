// SPDX-License-Identifier: GPL-2.0-or-later
#include "pixel/cursor.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

namespace pierglass::pixel {
namespace {

using Bytes = std::vector<std::byte>;
using Pixels = std::vector<std::uint32_t>;

Bytes bytes_of(const Pixels& pixels) {
  Bytes bytes(pixels.size() * 4);
  std::memcpy(bytes.data(), pixels.data(), bytes.size());
  return bytes;
}

wire::ShapeInfo shape(wire::CursorType type, Size size, std::uint32_t pitch, Point hot = {}) {
  return {.sequence = 1, .type = type, .size = size, .pitch = pitch, .hot = hot};
}

Image image_over(Pixels& pixels, Size size) {
  return {reinterpret_cast<std::byte*>(pixels.data()), size.width * 4, size,
          wire::PixelFormat::Xrgb8888};
}

// The screen pixel after a one-pixel cursor was drawn over it.
std::uint32_t drawn_on(std::uint32_t screen, const CursorImage& cursor) {
  Pixels pixels = {screen};
  draw_cursor(image_over(pixels, {1, 1}), cursor, {0, 0}, {0, 0, 1, 1});
  return pixels[0];
}

CursorImage one_pixel(wire::CursorType type, std::uint32_t pixel) {
  return make_cursor_image(shape(type, {1, 1}, 4), bytes_of({pixel})).value();
}

TEST(MakeCursorImage, MonochromeFollowsTheTruthTable) {
  // Columns: AND 0 0 1 1, XOR 0 1 0 1.
  const Bytes planes = {std::byte{0b00110000}, std::byte{0}, std::byte{0b01010000}, std::byte{0}};
  const auto cursor =
      make_cursor_image(shape(wire::CursorType::Monochrome, {4, 1}, 2, {3, 0}), planes);
  ASSERT_TRUE(cursor);
  EXPECT_EQ(cursor->blend, (Pixels{0xff000000, 0xffffffff, 0, 0}));
  EXPECT_EQ(cursor->invert, (Pixels{0, 0, 0, 0xffffff}));
  EXPECT_EQ(cursor->hot, (Point{3, 0}));
}

TEST(MakeCursorImage, MonochromePlanesMayHaveOddWidthsAndPadding) {
  constexpr Size kSize{11, 3};
  constexpr std::uint32_t kPitch = 4;
  std::mt19937 random(5);
  Bytes planes(kPitch * kSize.height * 2);
  for (auto& byte : planes) byte = static_cast<std::byte>(random());
  const auto cursor = make_cursor_image(shape(wire::CursorType::Monochrome, kSize, kPitch), planes);
  ASSERT_TRUE(cursor);
  for (std::uint32_t y = 0; y < kSize.height; ++y) {
    for (std::uint32_t x = 0; x < kSize.width; ++x) {
      const auto bit = [&](std::uint32_t row) {
        return std::to_integer<unsigned>(planes[row * kPitch + x / 8]) >> (7 - x % 8) & 1;
      };
      // What Windows does: screen = (screen AND and) XOR xor, on all bits.
      for (const std::uint32_t screen : {0x00123456u, 0x00ffffffu, 0u}) {
        const std::uint32_t mask = bit(y) != 0 ? screen : 0;
        const std::uint32_t expected = mask ^ (bit(kSize.height + y) != 0 ? 0xffffffu : 0u);
        CursorImage pixel{{1, 1}, {}, {cursor->blend[y * kSize.width + x]}, {}};
        if (!cursor->invert.empty()) pixel.invert = {cursor->invert[y * kSize.width + x]};
        ASSERT_EQ(drawn_on(screen, pixel), expected) << x << ',' << y;
      }
    }
  }
}

TEST(MakeCursorImage, ColourIsPremultipliedToTheNearest) {
  for (std::uint32_t alpha = 0; alpha < 256; ++alpha) {
    for (std::uint32_t value = 0; value < 256; ++value) {
      const auto cursor = one_pixel(wire::CursorType::Colour, alpha << 24 | value << 16 | value);
      const auto expected = static_cast<std::uint32_t>(std::lround(value * alpha / 255.0));
      ASSERT_EQ(cursor.blend[0], alpha << 24 | expected << 16 | expected);
      ASSERT_TRUE(cursor.invert.empty());
    }
  }
}

TEST(MakeCursorImage, MaskedColourReplacesOrInverts) {
  const auto cursor = make_cursor_image(shape(wire::CursorType::MaskedColour, {2, 1}, 8),
                                        bytes_of({0x00112233, 0xff445566}));
  ASSERT_TRUE(cursor);
  EXPECT_EQ(cursor->blend, (Pixels{0xff112233, 0}));
  EXPECT_EQ(cursor->invert, (Pixels{0, 0x445566}));
}

TEST(MakeCursorImage, AShapeWithoutInvertedPixelsHasNoInvertPlane) {
  EXPECT_TRUE(one_pixel(wire::CursorType::MaskedColour, 0x00ffffff).invert.empty());
  EXPECT_TRUE(one_pixel(wire::CursorType::MaskedColour, 0xff000000).invert.empty());
}

TEST(MakeCursorImage, RefusesShapesThatTheBytesCannotHold) {
  struct Case {
    wire::ShapeInfo info;
    std::size_t bytes;
  };
  using enum wire::CursorType;
  const std::array cases = {
      Case{shape(Colour, {4, 4}, 16), 63},       Case{shape(Colour, {4, 4}, 15), 64},
      Case{shape(Monochrome, {9, 2}, 1), 100},   Case{shape(Monochrome, {8, 2}, 1), 3},
      Case{shape(Colour, {0, 4}, 16), 64},       Case{shape(Colour, {4, 0}, 16), 64},
      Case{shape(Colour, {513, 1}, 3000), 4000}, Case{shape(Colour, {1, 2}, 0xffffffff), 64},
  };
  for (const Case& c : cases) {
    const auto cursor = make_cursor_image(c.info, Bytes(c.bytes));
    ASSERT_FALSE(cursor);
    EXPECT_EQ(cursor.error().code, ErrorCode::InvalidArgument);
  }
}

TEST(MakeCursorImage, TakesTheLargestShapesThatOtherHostsSend) {
  using enum wire::CursorType;
  constexpr Size kLargest{kMaxPointerSide, kMaxPointerSide};
  for (const auto& info : {shape(Colour, kLargest, 4 * kMaxPointerSide),
                           shape(Monochrome, kLargest, kMaxPointerSide / 8),
                           shape(MaskedColour, kLargest, 4 * kMaxPointerSide)}) {
    const auto cursor = make_cursor_image(info, Bytes(info.bytes()));
    ASSERT_TRUE(cursor);
    EXPECT_EQ(cursor->blend.size(), kLargest.area());
  }
}

TEST(MakeCursorImage, AnyMaskButZeroInverts) {
  constexpr std::uint32_t kPixels[] = {0x00010203, 0x01040506, 0x80070809, 0xff0a0b0c};
  const auto cursor = make_cursor_image(shape(wire::CursorType::MaskedColour, {4, 1}, 16),
                                        std::as_bytes(std::span(kPixels)));
  ASSERT_TRUE(cursor);
  EXPECT_EQ(cursor->blend, (std::vector<std::uint32_t>{0xff010203, 0, 0, 0}));
  EXPECT_EQ(cursor->invert, (std::vector<std::uint32_t>{0, 0x040506, 0x070809, 0x0a0b0c}));
}

TEST(ScaledCursor, TakesTheNearestPixelsAndMovesTheHotSpot) {
  CursorImage cursor{
      .size = {4, 2}, .hot = {2, 1}, .blend = {0, 1, 2, 3, 4, 5, 6, 7}, .invert = {}};
  const CursorImage half = scaled_cursor(cursor, {3840, 2160}, {1920, 1080});
  EXPECT_EQ(half.size, (Size{2, 1}));
  EXPECT_EQ(half.hot, (Point{1, 0}));
  EXPECT_EQ(half.blend, (std::vector<std::uint32_t>{0, 2}));
  EXPECT_TRUE(half.invert.empty());
  cursor.invert = {7, 6, 5, 4, 3, 2, 1, 0};
  const CursorImage wider = scaled_cursor(cursor, {100, 100}, {150, 100});
  EXPECT_EQ(wider.size, (Size{6, 2}));
  EXPECT_EQ(wider.blend, (std::vector<std::uint32_t>{0, 0, 1, 2, 2, 3, 4, 4, 5, 6, 6, 7}));
  EXPECT_EQ(wider.invert, (std::vector<std::uint32_t>{7, 7, 6, 5, 5, 4, 3, 3, 2, 1, 1, 0}));
}

TEST(ScaledCursor, IsNeverEmptyNorBeyondTheLargest) {
  const CursorImage cursor{
      .size = {4, 2}, .hot = {3, 1}, .blend = std::vector<std::uint32_t>(8, 9), .invert = {}};
  const CursorImage least = scaled_cursor(cursor, {16384, 16384}, {1, 1});
  EXPECT_EQ(least.size, (Size{1, 1}));
  EXPECT_EQ(least.hot, (Point{0, 0}));
  const CursorImage most = scaled_cursor(cursor, {1, 1}, {0xffffffff, 0xffffffff});
  EXPECT_EQ(most.size, (Size{kMaxPointerSide, kMaxPointerSide}));
  EXPECT_EQ(most.blend.size(), most.size.area());
}

TEST(DrawCursor, ColourBlendsWithinOneStepOfTheTruth) {
  std::mt19937 random(11);
  for (int i = 0; i < 20000; ++i) {
    const auto pixel = static_cast<std::uint32_t>(random());
    const auto screen = static_cast<std::uint32_t>(random());
    const auto got = drawn_on(screen, one_pixel(wire::CursorType::Colour, pixel));
    const double alpha = (pixel >> 24) / 255.0;
    for (int shift = 0; shift < 24; shift += 8) {
      const double truth = (screen >> shift & 0xff) * (1 - alpha) + (pixel >> shift & 0xff) * alpha;
      ASSERT_NEAR(got >> shift & 0xff, truth, 1.0);
    }
    ASSERT_EQ(got >> 24, screen >> 24);
  }
}

TEST(DrawCursor, InvertedPixelsAreAnExactExclusiveOr) {
  const auto cursor = one_pixel(wire::CursorType::MaskedColour, 0xff00ff80);
  EXPECT_EQ(drawn_on(0x77123456, cursor), 0x77123456u ^ 0x0000ff80u);
  EXPECT_EQ(drawn_on(drawn_on(0x00abcdef, cursor), cursor), 0x00abcdefu);
}

TEST(DrawCursor, WritesOnlyInsideClipAndTarget) {
  constexpr Size kScreen{20, 16};
  const Pixels art(7 * 5, 0xffffffff);
  const auto cursor =
      make_cursor_image(shape(wire::CursorType::Colour, {7, 5}, 28, {2, 1}), bytes_of(art)).value();
  std::mt19937 random(3);
  for (int i = 0; i < 3000; ++i) {
    const Point at{static_cast<std::int32_t>(random() % 40) - 10,
                   static_cast<std::int32_t>(random() % 40) - 10};
    const Rect clip{
        static_cast<std::uint32_t>(random() % 20), static_cast<std::uint32_t>(random() % 16),
        static_cast<std::uint32_t>(random() % 30), static_cast<std::uint32_t>(random() % 30)};
    Pixels pixels(kScreen.area(), 0);
    draw_cursor(image_over(pixels, kScreen), cursor, at, clip);
    for (std::int32_t y = 0; y < 16; ++y) {
      for (std::int32_t x = 0; x < 20; ++x) {
        const bool in_cursor = x >= at.x - 2 && x < at.x + 5 && y >= at.y - 1 && y < at.y + 4;
        const bool in_clip =
            clip.contains({static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(y), 1, 1});
        const std::uint32_t expected = in_cursor && in_clip ? 0xffffff : 0;
        ASSERT_EQ(pixels[static_cast<std::size_t>(y * 20 + x)], expected) << x << ',' << y;
      }
    }
  }
}

TEST(CursorBounds, ClipToTheTargetForAnyPosition) {
  CursorImage cursor;
  cursor.size = {32, 32};
  cursor.hot = {4, 5};
  constexpr Size kScreen{800, 600};
  EXPECT_EQ(cursor_bounds(cursor, {100, 100}, kScreen), (Rect{96, 95, 32, 32}));
  EXPECT_EQ(cursor_bounds(cursor, {0, 0}, kScreen), (Rect{0, 0, 28, 27}));
  EXPECT_EQ(cursor_bounds(cursor, {-27, 0}, kScreen), (Rect{0, 0, 1, 27}));
  EXPECT_TRUE(cursor_bounds(cursor, {-28, 0}, kScreen).empty());
  EXPECT_EQ(cursor_bounds(cursor, {803, 604}, kScreen), (Rect{799, 599, 1, 1}));
  EXPECT_TRUE(cursor_bounds(cursor, {804, 300}, kScreen).empty());
  constexpr std::int32_t kMin = std::numeric_limits<std::int32_t>::min();
  constexpr std::int32_t kMax = std::numeric_limits<std::int32_t>::max();
  for (const Point hot : {Point{4, 5}, Point{kMax, kMin}, Point{kMin, kMax}}) {
    cursor.hot = hot;
    for (const Point at : {Point{kMin, kMin}, Point{kMax, kMax}, Point{kMin, kMax}}) {
      const Rect bounds = cursor_bounds(cursor, at, kScreen);
      EXPECT_TRUE(bounds.empty() || bounds.inside(kScreen));
    }
  }
}

}  // namespace
}  // namespace pierglass::pixel
