// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/geometry.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <random>

namespace pierglass {
namespace {

constexpr auto kMax = std::numeric_limits<std::uint32_t>::max();

TEST(Geometry, ARectTouchingTheEdgeIsInside) {
  constexpr Size size{10, 20};
  EXPECT_TRUE((Rect{0, 0, 10, 20}.inside(size)));
  EXPECT_TRUE((Rect{9, 19, 1, 1}.inside(size)));
  EXPECT_FALSE((Rect{9, 19, 2, 1}.inside(size)));
  EXPECT_FALSE((Rect{9, 19, 1, 2}.inside(size)));
}

TEST(Geometry, HugeCoordinatesDoNotWrapInside) {
  EXPECT_FALSE((Rect{kMax, 0, 2, 1}.inside({10, 10})));
  EXPECT_FALSE((Rect{0, kMax, 1, kMax}.inside({10, 10})));
  EXPECT_EQ((Rect{kMax, kMax, kMax, kMax}.right()), 2ULL * kMax);
}

TEST(Geometry, AreaHoldsTheLargestProduct) {
  EXPECT_EQ((Size{kMax, kMax}.area()), std::uint64_t{kMax} * kMax);
}

TEST(Geometry, BoundingWithAnEmptyRectIsTheOther) {
  constexpr Rect rect{3, 4, 5, 6};
  EXPECT_EQ(bounding(rect, {100, 100, 0, 5}), rect);
  EXPECT_EQ(bounding({100, 100, 5, 0}, rect), rect);
}

TEST(Geometry, RectsThatOnlyTouchDoNotIntersect) {
  EXPECT_TRUE(intersection({0, 0, 5, 5}, {5, 0, 5, 5}).empty());
  EXPECT_EQ(intersection({0, 0, 5, 5}, {4, 4, 5, 5}), (Rect{4, 4, 1, 1}));
}

Rect random_rect(std::mt19937& random) {
  std::uniform_int_distribution<std::uint32_t> place(0, 40);
  std::uniform_int_distribution<std::uint32_t> length(1, 20);
  return {place(random), place(random), length(random), length(random)};
}

TEST(Geometry, BoundingAndIntersectionAgreeWithContainment) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 10'000; ++i) {
    const Rect a = random_rect(random);
    const Rect b = random_rect(random);
    const Rect around = bounding(a, b);
    ASSERT_TRUE(around.contains(a) && around.contains(b));
    const Rect common = intersection(a, b);
    ASSERT_EQ(common, intersection(b, a));
    if (!common.empty()) {
      ASSERT_TRUE(a.contains(common) && b.contains(common));
    }
    ASSERT_EQ(a.contains(b), common == b);
  }
}

}  // namespace
}  // namespace pierglass
