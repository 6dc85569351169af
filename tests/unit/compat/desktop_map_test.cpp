// SPDX-License-Identifier: GPL-2.0-or-later
#include "compat/desktop_map.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace pierglass::compat {
namespace {

KvmfrFrame frame(Size screen, Size wanted, std::uint32_t rows, wire::Rotation rotation) {
  KvmfrFrame made;
  made.screen = screen;
  made.wanted = wanted;
  made.size = {wanted.width, rows};
  made.rotation = rotation;
  return made;
}

TEST(DesktopMap, IsOneToOneWithoutAFrame) {
  EXPECT_EQ(DesktopMap().to_frame({-5, 70000}), (Point{-5, 70000}));
  EXPECT_EQ(DesktopMap().to_desktop({-5, 70000}), (Point{-5, 70000}));
}

TEST(DesktopMap, ScalesDownAndBack) {
  const DesktopMap map(frame({3840, 2160}, {1920, 1080}, 1080, wire::Rotation::None));
  EXPECT_EQ(map.to_frame({100, 50}), (Point{50, 25}));
  EXPECT_EQ(map.to_frame({-1, -3}), (Point{-1, -2})) << "rounded down on both sides of zero";
  EXPECT_EQ(map.to_desktop({50, 25}), (Point{100, 50}));
}

TEST(DesktopMap, SwapsTheSidesOfATurnedDesktop) {
  for (const auto rotation : {wire::Rotation::Turn90, wire::Rotation::Turn270}) {
    const DesktopMap map(frame({1000, 600}, {500, 200}, 200, rotation));
    EXPECT_EQ(map.to_frame({60, 100}), (Point{20, 50}));
    EXPECT_EQ(map.to_desktop({20, 50}), (Point{60, 100}));
  }
}

// Rows are missing at the end of what is stored: where that is, the turn says.
TEST(DesktopMap, KnowsWhereRowsWereLeftOut) {
  const Size size{100, 50};
  const auto map = [&](wire::Rotation rotation) {
    return DesktopMap(frame(size, size, 40, rotation));
  };
  EXPECT_EQ(map(wire::Rotation::None).to_frame({20, 30}), (Point{20, 30}));
  EXPECT_EQ(map(wire::Rotation::Turn90).to_frame({20, 30}), (Point{10, 30}));
  EXPECT_EQ(map(wire::Rotation::Turn180).to_frame({20, 30}), (Point{20, 20}));
  EXPECT_EQ(map(wire::Rotation::Turn270).to_frame({20, 30}), (Point{20, 30}));
  EXPECT_EQ(map(wire::Rotation::Turn180).to_desktop({20, 20}), (Point{20, 30}));
}

TEST(DesktopMap, BearsAnyPoint) {
  constexpr std::int32_t kLow = std::numeric_limits<std::int32_t>::min();
  constexpr std::int32_t kHigh = std::numeric_limits<std::int32_t>::max();
  const DesktopMap up(frame({1, 1}, {16384, 16384}, 1, wire::Rotation::Turn180));
  EXPECT_EQ(up.to_frame({kHigh, kLow}), (Point{kHigh, kLow}));
  const DesktopMap down(frame({16384, 16384}, {1, 1}, 1, wire::Rotation::None));
  EXPECT_EQ(down.to_desktop({kHigh, kLow}), (Point{kHigh, kLow}));
  EXPECT_EQ(down.to_frame({kLow, kLow}), (Point{kLow / 16384, kLow / 16384}));
}

}  // namespace
}  // namespace pierglass::compat
