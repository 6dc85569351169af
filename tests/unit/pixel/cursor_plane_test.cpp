// SPDX-License-Identifier: GPL-2.0-or-later
#include "pixel/cursor_plane.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace pierglass::pixel {
namespace {

constexpr std::uint32_t kWhite = 0xffffffff;
constexpr std::uint32_t kBlack = 0xff000000;

// '.' nothing, 'X' inverts, 'w' opaque white, 'b' opaque black.
CursorImage cursor_of(const std::vector<std::string>& rows) {
  CursorImage cursor{
      {static_cast<std::uint32_t>(rows[0].size()), static_cast<std::uint32_t>(rows.size())},
      {1, 0},
      {},
      {}};
  for (const std::string& row : rows) {
    for (const char c : row) {
      cursor.blend.push_back(c == 'w' ? kWhite : c == 'b' ? kBlack : 0);
      cursor.invert.push_back(c == 'X' ? 0xffffff : 0);
    }
  }
  if (std::ranges::count(cursor.invert, 0U) == std::ssize(cursor.invert)) cursor.invert.clear();
  return cursor;
}

std::vector<std::string> drawn(const PlaneImage& plane) {
  std::vector<std::string> rows(plane.size.height);
  for (std::size_t i = 0; i < plane.pixels.size(); ++i) {
    const std::uint32_t pixel = plane.pixels[i];
    rows[i / plane.size.width] += pixel == kWhite ? 'w' : pixel == kBlack ? 'b' : pixel ? '?' : '.';
  }
  return rows;
}

using Rows = std::vector<std::string>;

TEST(PlaneImage, AnInvertingBarIsWhiteWithABlackOutline) {
  EXPECT_EQ(drawn(plane_image(cursor_of({"X", "X"}))), (Rows{"bbb", "bwb", "bwb", "bbb"}));
  EXPECT_EQ(drawn(plane_image(cursor_of({".....", ".X...", ".....", "....X"}))),
            (Rows{".......", ".bbb...", ".bwb...", ".bbbbbb", "....bwb", "....bbb"}));
}

TEST(PlaneImage, WhatTheCursorDrawsBesideAnInversionStays) {
  EXPECT_EQ(drawn(plane_image(cursor_of({"wX", "b."}))), (Rows{".bbb", ".wwb", ".bbb", "...."}));
}

TEST(PlaneImage, TheHotSpotMovesWithTheOutline) {
  EXPECT_EQ(plane_image(cursor_of({"wb"})).hot, (Point{1, 0}));
  EXPECT_EQ(plane_image(cursor_of({"wX"})).hot, (Point{2, 1}));
}

TEST(PlaneImage, ChannelsNeverExceedTheirAlpha) {
  const CursorImage cursor{{2, 1}, {0, 0}, {0x40ff2040, 0x00ffffff}, {}};
  EXPECT_EQ(plane_image(cursor).pixels, (std::vector<std::uint32_t>{0x40402040, 0}));
}

// Any cursor that inverts nothing is taken as it is; one that does shows all else as it is, a white
// pixel for each inversion and no gap around it.
TEST(PlaneImage, KeepsAllButInversionsAndLeavesNoneWithoutItsOutline) {
  std::mt19937 random(2026);
  for (int round = 0; round < 300; ++round) {
    const Size size{1 + static_cast<std::uint32_t>(random()) % 12,
                    1 + static_cast<std::uint32_t>(random()) % 12};
    CursorImage cursor{size, {}, {}, {}};
    for (std::uint64_t i = 0; i < size.area(); ++i) {
      const auto alpha = static_cast<std::uint32_t>(random()) % 4 * 85;
      cursor.blend.push_back(alpha << 24 | (alpha / 2) << 16 | (alpha / 3) << 8 | alpha);
      if (round % 3 != 0) cursor.invert.push_back(random() % 4 == 0 ? 0xff00ff : 0);
    }
    const PlaneImage plane = plane_image(cursor);
    if (cursor.invert.empty()) {
      ASSERT_EQ(plane.size, size);
      ASSERT_EQ(plane.pixels, cursor.blend);
      continue;
    }
    ASSERT_EQ(plane.size, (Size{size.width + 2, size.height + 2}));
    const auto at = [&](std::uint32_t x, std::uint32_t y) {
      return plane.pixels[std::size_t{y} * plane.size.width + x];
    };
    for (std::uint32_t y = 0; y < size.height; ++y) {
      for (std::uint32_t x = 0; x < size.width; ++x) {
        const std::size_t i = std::size_t{y} * size.width + x;
        if (cursor.invert[i] == 0) {
          if (cursor.blend[i] != 0) {
            ASSERT_EQ(at(x + 1, y + 1), cursor.blend[i]);
          }
          continue;
        }
        ASSERT_EQ(at(x + 1, y + 1), kWhite);
        for (std::uint32_t dy = 0; dy < 3; ++dy) {
          for (std::uint32_t dx = 0; dx < 3; ++dx) ASSERT_NE(at(x + dx, y + dy), 0U);
        }
      }
    }
  }
}

}  // namespace
}  // namespace pierglass::pixel
