// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/core/duplicated_shape.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "guest/core/pattern_cursor.hpp"

namespace pierglass::guest {
namespace {

std::uint32_t dxgi_type(wire::CursorType type) {
  if (type == wire::CursorType::Monochrome) return dxgi::kMonochromeShape;
  return type == wire::CursorType::Colour ? dxgi::kColourShape : dxgi::kMaskedColourShape;
}

// `shape` as duplication would give it, with rows `pad` bytes longer.
DuplicatedShape duplicated(const CursorShape& shape, std::uint32_t pad,
                           std::vector<std::byte>& image) {
  const bool planes = shape.info.type == wire::CursorType::Monochrome;
  const std::uint32_t rows = shape.info.size.height * (planes ? 2 : 1);
  const std::uint32_t pitch = shape.info.pitch + pad;
  image.assign(std::size_t{pitch} * rows, std::byte{0xcd});
  for (std::uint32_t y = 0; y < rows; ++y) {
    std::copy_n(shape.image.begin() + y * std::ptrdiff_t{shape.info.pitch}, shape.info.pitch,
                image.begin() + y * std::ptrdiff_t{pitch});
  }
  return {.type = dxgi_type(shape.info.type),
          .width = shape.info.size.width,
          .height = rows,
          .pitch = pitch,
          .hot = shape.info.hot};
}

TEST(DuplicatedShape, EveryTypeBecomesTheWiresShape) {
  for (const auto type :
       {wire::CursorType::Colour, wire::CursorType::Monochrome, wire::CursorType::MaskedColour}) {
    for (const std::uint32_t pad : {0u, 4u, 60u}) {
      const CursorShape expected = pattern_cursor(type);
      std::vector<std::byte> image;
      const DuplicatedShape shape = duplicated(expected, pad, image);
      CursorShape made;
      ASSERT_TRUE(convert_shape(shape, image, made));
      EXPECT_EQ(made.info, expected.info);
      EXPECT_EQ(made.image, expected.image);
    }
  }
}

TEST(DuplicatedShape, NarrowMasksAndOddAlphaAreMadePlain) {
  CursorShape made;
  // 5 pixels wide: rows of one byte, which the wire has four of
  const std::vector<std::byte> bits(4, std::byte{0xa8});
  ASSERT_TRUE(convert_shape({.type = 1, .width = 5, .height = 4, .pitch = 1}, bits, made));
  EXPECT_EQ(made.info.size, (Size{5, 2}));
  EXPECT_EQ(made.info.pitch, 4u);
  EXPECT_EQ(made.image.size(), 16u);
  EXPECT_EQ(made.image[4], std::byte{0xa8});
  EXPECT_EQ(made.image[5], std::byte{0});
  const std::vector<std::byte> masked{std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}};
  ASSERT_TRUE(convert_shape({.type = 4, .width = 1, .height = 1, .pitch = 4}, masked, made));
  EXPECT_EQ(made.image[3], std::byte{0xff});
}

TEST(DuplicatedShape, TheHotSpotIsKeptInside) {
  CursorShape made;
  const std::vector<std::byte> image(16 * 16 * 4);
  DuplicatedShape shape{.type = 2, .width = 16, .height = 16, .pitch = 64, .hot = {-7, 5000}};
  ASSERT_TRUE(convert_shape(shape, image, made));
  EXPECT_EQ(made.info.hot, (Point{0, 15}));
}

TEST(DuplicatedShape, HostileShapesAreRefusedAndChangeNothing) {
  const std::vector<std::byte> image(4096);
  const DuplicatedShape good{.type = 2, .width = 32, .height = 32, .pitch = 128};
  CursorShape made;
  ASSERT_TRUE(convert_shape(good, image, made));
  const CursorShape before = made;
  const auto refused = [&](auto change) {
    DuplicatedShape bad = good;
    change(bad);
    return !convert_shape(bad, image, made) && made.info == before.info &&
           made.image == before.image;
  };
  EXPECT_TRUE(refused([](auto& s) { s.type = 0; }));
  EXPECT_TRUE(refused([](auto& s) { s.type = 3; }));
  EXPECT_TRUE(refused([](auto& s) { s.width = 0; }));
  EXPECT_TRUE(refused([](auto& s) { s.height = 0; }));
  EXPECT_TRUE(refused([](auto& s) { s.width = 257; }));
  EXPECT_TRUE(refused([](auto& s) { s.width = 0x40000001; }));
  EXPECT_TRUE(refused([](auto& s) { s.height = 0xffffffff; }));
  EXPECT_TRUE(refused([](auto& s) { s.height = 33; }));
  EXPECT_TRUE(refused([](auto& s) { s.pitch = 0; }));
  EXPECT_TRUE(refused([](auto& s) { s.pitch = 127; }));
  EXPECT_TRUE(refused([](auto& s) { s.pitch = 129; }));
  EXPECT_TRUE(refused([](auto& s) { s.pitch = 0xffffffff; }));
  EXPECT_TRUE(refused([](auto& s) { s.type = 1, s.height = 31; })) << "planes of unequal height";
}

}  // namespace
}  // namespace pierglass::guest
