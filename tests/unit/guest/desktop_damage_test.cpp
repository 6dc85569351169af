// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/core/desktop_damage.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <vector>

#include "tests/unit/guest/pictures.hpp"

namespace pierglass::guest {
namespace {

constexpr Size kSize{640, 480};
constexpr std::int32_t kLeast = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t kMost = std::numeric_limits<std::int32_t>::max();

std::vector<Rect> rects(const DesktopChanges& changes, Size size = kSize) {
  const pixel::DamageRegion damage = damage_of(changes, size);
  return {damage.rects().begin(), damage.rects().end()};
}

const std::vector<Rect> kAll{full_rect(kSize)};

TEST(DesktopDamage, DirtyRectanglesAreTheDamage) {
  const DesktopRect dirty[] = {{10, 20, 30, 60}, {100, 100, 101, 101}};
  EXPECT_EQ(rects({.dirty = dirty}), (std::vector<Rect>{{10, 20, 20, 40}, {100, 100, 1, 1}}));
}

TEST(DesktopDamage, AMoveChangesSourceAndDestination) {
  const DesktopMove moves[] = {{.from = {0, 0}, .to = {200, 300, 210, 310}}};
  EXPECT_EQ(rects({.moves = moves}), (std::vector<Rect>{{0, 0, 10, 10}, {200, 300, 10, 10}}));
}

TEST(DesktopDamage, AMoveOntoItselfChangesNothing) {
  const DesktopMove moves[] = {{.from = {5, 5}, .to = {5, 5, 50, 50}}};
  const DesktopRect dirty[] = {{1, 1, 2, 2}};
  EXPECT_EQ(rects({.dirty = dirty, .moves = moves}), (std::vector<Rect>{{1, 1, 1, 1}}));
}

TEST(DesktopDamage, WhatIsNotKnownIsEverything) {
  const DesktopRect dirty[] = {{1, 1, 2, 2}};
  EXPECT_EQ(rects({}), kAll);
  EXPECT_EQ(rects({.dirty = dirty, .complete = false}), kAll);
}

TEST(DesktopDamage, HostileRectanglesAreClipped) {
  const DesktopRect outside[] = {
      {-50, -50, -10, -10}, {640, 0, 700, 10},         {0, 480, 10, kMost},   {30, 30, 20, 40},
      {9, 9, 9, 20},        {kMost, kMost, kLeast, 0}, {kLeast, 5, kLeast, 9}};
  EXPECT_EQ(rects({.dirty = outside}), kAll) << "a picture was presented all the same";
  const DesktopRect across[] = {{kLeast, kLeast, 3, 4}, {630, 470, kMost, kMost}};
  EXPECT_EQ(rects({.dirty = across}), (std::vector<Rect>{{0, 0, 3, 4}, {630, 470, 10, 10}}));
  const DesktopMove moves[] = {{.from = {kMost, kLeast}, .to = {kLeast, kLeast, kMost, kMost}},
                               {.from = {-5, -5}, .to = {10, 10, 20, 20}}};
  EXPECT_EQ(rects({.moves = {moves, 1}}), kAll);
  EXPECT_EQ(rects({.moves = {moves + 1, 1}}), (std::vector<Rect>{{0, 0, 5, 5}, {10, 10, 10, 10}}));
}

TEST(DesktopDamage, ManyRandomRectanglesAreAllCovered) {
  test::Random random(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<DesktopRect> dirty(random.below(150) + 1);
    for (DesktopRect& rect : dirty) {
      const auto at = [&] { return static_cast<std::int32_t>(random.below(900)) - 130; };
      rect = {at(), at(), at(), at()};
    }
    const pixel::DamageRegion damage = damage_of({.dirty = dirty}, kSize);
    ASSERT_FALSE(damage.empty());
    for (const Rect& rect : damage.rects()) ASSERT_TRUE(rect.inside(kSize));
    for (const DesktopRect& rect : dirty) {
      const Rect inside = clipped(rect, kSize);
      if (inside.empty()) continue;
      ASSERT_TRUE(test::covers(damage.rects(), inside.x, inside.y));
      ASSERT_TRUE(test::covers(damage.rects(), static_cast<std::uint32_t>(inside.right()) - 1,
                               static_cast<std::uint32_t>(inside.bottom()) - 1));
    }
  }
}

}  // namespace
}  // namespace pierglass::guest
