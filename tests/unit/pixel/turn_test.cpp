// SPDX-License-Identifier: GPL-2.0-or-later
#include "pixel/turn.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <random>
#include <vector>

namespace pierglass::pixel {
namespace {

using enum wire::Rotation;
using enum wire::PixelFormat;

constexpr std::array kRotations = {None, Turn90, Turn180, Turn270};

// A quarter turn clockwise, row by row from the left: the bottom row becomes the left column.
std::vector<std::uint32_t> quarter_turn(const std::vector<std::uint32_t>& pixels, Size size) {
  std::vector<std::uint32_t> out;
  for (std::uint32_t y = 0; y < size.width; ++y)
    for (std::uint32_t x = 0; x < size.height; ++x)
      out.push_back(pixels[std::size_t{size.height - 1 - x} * size.width + y]);
  return out;
}

std::vector<std::uint32_t> turned(std::vector<std::uint32_t> pixels, Size size, wire::Rotation by) {
  for (auto i = static_cast<std::uint32_t>(by); i != 0; --i) {
    pixels = quarter_turn(pixels, size);
    std::swap(size.width, size.height);
  }
  return pixels;
}

// Stored pixels with padding after each row, and the plain conversion of them.
struct Stored {
  Stored(Size size, wire::PixelFormat format, std::uint32_t seed) {
    const std::uint32_t pitch = size.width * wire::bytes_per_pixel(format) + 5;
    bytes.resize(std::size_t{pitch} * size.height);
    std::mt19937 random(seed);
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
    image = {.data = bytes.data(), .pitch = pitch, .size = size, .format = format};
    const RowConverter converter(format, {});
    plain.resize(size.area());
    for (std::uint32_t y = 0; y < size.height; ++y) {
      converter.convert(plain.data() + std::size_t{y} * size.width, image.row(y), size.width);
    }
  }
  std::vector<std::byte> bytes;
  ConstImage image;
  std::vector<std::uint32_t> plain;
};

// An Xrgb8888 target of this colour, without padding.
struct Target {
  explicit Target(Size s, std::uint32_t colour) : pixels(s.area(), colour), size(s) {}
  Image image() {
    return {reinterpret_cast<std::byte*>(pixels.data()), size.width * 4, size, Xrgb8888};
  }
  std::vector<std::uint32_t> pixels;
  Size size;
};

TEST(Turn, TheFourCornersComeToStandUpright) {
  const std::vector<std::uint32_t> stored = {1, 2, 3, 4, 5, 6};  // 1 2 3 above 4 5 6
  EXPECT_EQ(turned(stored, {3, 2}, Turn90), (std::vector<std::uint32_t>{4, 1, 5, 2, 6, 3}));
  EXPECT_EQ(turned(stored, {3, 2}, Turn180), (std::vector<std::uint32_t>{6, 5, 4, 3, 2, 1}));
  EXPECT_EQ(turned(stored, {3, 2}, Turn270), (std::vector<std::uint32_t>{3, 6, 2, 5, 1, 4}));
  for (const auto rotation : kRotations) {
    ConstImage image{.data = reinterpret_cast<const std::byte*>(stored.data()),
                     .pitch = 12,
                     .size = {3, 2},
                     .rotation = rotation};
    Target target(upright_size(image.size, rotation), 0);
    const Rect all = full_rect(image.size);
    take_upright(target.image(), image, {}, {&all, 1});
    EXPECT_EQ(target.pixels, turned(stored, {3, 2}, rotation));
  }
}

TEST(Turn, SaysWhereEachUprightPixelIsStored) {
  constexpr Size kSize{5, 3};
  for (const auto rotation : kRotations) {
    const Turn turn = turn_of(kSize, rotation);
    std::vector<std::uint32_t> index(kSize.area());
    for (std::uint32_t i = 0; i < index.size(); ++i) index[i] = i;
    const auto upright = turned(index, kSize, rotation);
    const Size size = upright_size(kSize, rotation);
    for (int y = 0; y < static_cast<int>(size.height); ++y) {
      for (int x = 0; x < static_cast<int>(size.width); ++x) {
        const int at_x = turn.origin.x + x * turn.right.x + y * turn.down.x;
        const int at_y = turn.origin.y + x * turn.right.y + y * turn.down.y;
        EXPECT_EQ(upright[static_cast<std::size_t>(y) * size.width + static_cast<std::size_t>(x)],
                  static_cast<std::uint32_t>(at_y * 5 + at_x));
      }
    }
  }
}

TEST(TakeUpright, EveryFormatTurnsAtOddSizes) {
  for (const auto format : {Xrgb8888, Xbgr8888, Rgb888, Bgr888, Xbgr2101010, Xbgr16161616f}) {
    const RowConverter converter(format, {});
    for (const Size size : {Size{1, 1}, Size{1, 7}, Size{33, 31}, Size{65, 97}, Size{64, 32}}) {
      for (const auto rotation : kRotations) {
        Stored stored(size, format, size.width);
        stored.image.rotation = rotation;
        Target target(upright_size(size, rotation), 0);
        const Rect all = full_rect(size);
        take_upright(target.image(), stored.image, converter, {&all, 1});
        EXPECT_EQ(target.pixels, turned(stored.plain, size, rotation));
      }
    }
  }
}

// Outside the rectangles nothing is written; upright_rect says where they are.
TEST(TakeUpright, TurnsOnlyItsRectangles) {
  constexpr Size kSize{71, 45};
  constexpr std::uint32_t kUntouched = 0xdeadbeef;
  std::mt19937 random(11);
  for (const auto format : {Xrgb8888, Bgr888}) {
    const RowConverter converter(format, {});
    for (const auto rotation : kRotations) {
      Stored stored(kSize, format, 5);
      stored.image.rotation = rotation;
      const auto whole = turned(stored.plain, kSize, rotation);
      for (int round = 0; round < 50; ++round) {
        const auto x = static_cast<std::uint32_t>(random() % kSize.width);
        const auto y = static_cast<std::uint32_t>(random() % kSize.height);
        const Rect rect{x, y, 1 + static_cast<std::uint32_t>(random() % (kSize.width - x)),
                        1 + static_cast<std::uint32_t>(random() % (kSize.height - y))};
        Target target(upright_size(kSize, rotation), kUntouched);
        take_upright(target.image(), stored.image, converter, {&rect, 1});
        const Rect into = upright_rect(rect, kSize, rotation);
        for (std::uint32_t v = 0; v < target.size.height; ++v) {
          for (std::uint32_t u = 0; u < target.size.width; ++u) {
            const std::size_t i = std::size_t{v} * target.size.width + u;
            const bool inside = into.contains({u, v, 1, 1});
            ASSERT_EQ(target.pixels[i], inside ? whole[i] : kUntouched);
          }
        }
      }
    }
  }
}

TEST(TakeUpright, NoRectanglesTakeNothing) {
  Stored stored({8, 8}, Xbgr8888, 1);
  Target target({8, 8}, 7);
  take_upright(target.image(), stored.image, {Xbgr8888, {}}, {});
  EXPECT_EQ(target.pixels, std::vector<std::uint32_t>(64, 7));
}

}  // namespace
}  // namespace pierglass::pixel
