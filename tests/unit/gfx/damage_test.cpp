// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/damage.hpp"

#include <gtest/gtest.h>

#include <array>

namespace pierglass::gfx {
namespace {

TEST(Damage, IsCutToThePicture) {
  const std::array<Rect, 3> rects = {Rect{90, 40, 50, 50}, Rect{200, 0, 5, 5}, Rect{1, 1, 2, 2}};
  const pixel::DamageRegion region = normalised(rects, {100, 50});
  EXPECT_EQ(region.area(), 10U * 10 + 4);
  for (const Rect& rect : region.rects()) EXPECT_TRUE(rect.inside({100, 50}));
}

TEST(Damage, RowsThatRectanglesShareCountOnce) {
  pixel::DamageRegion region;
  EXPECT_EQ(rows_of(region), 0U);
  region.add({50, 10, 10, 20});
  region.add({0, 15, 10, 5});
  region.add({0, 40, 10, 1});
  EXPECT_EQ(rows_of(region), 21U);
  region.add({80, 25, 5, 10});
  EXPECT_EQ(rows_of(region), 26U);
}

}  // namespace
}  // namespace pierglass::gfx
