// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/core/picture_plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "tests/unit/guest/pictures.hpp"

namespace pierglass::guest {
namespace {

using wire::PixelFormat;
using wire::Rotation;

TEST(PicturePlan, NothingIsDoneUnasked) {
  const PicturePlan plan =
      plan_picture({3840, 2160}, PixelFormat::Xbgr16161616f, Rotation::None, {});
  EXPECT_EQ(plan, (PicturePlan{.size = {3840, 2160}, .format = PixelFormat::Xbgr16161616f}));
}

TEST(PicturePlan, LargePicturesAreFittedIntoTheLimit) {
  const auto fitted = [](Size size, Size limit, Rotation rotation = Rotation::None) {
    const PicturePlan plan = plan_picture(size, PixelFormat::Xrgb8888, rotation, {.limit = limit});
    EXPECT_EQ(plan.pass, plan.size != size);
    return plan.size;
  };
  EXPECT_EQ(fitted({3840, 2160}, {1920, 1080}), (Size{1920, 1080}));
  EXPECT_EQ(fitted({3840, 1600}, {1920, 1080}), (Size{1920, 800}));
  EXPECT_EQ(fitted({1600, 3840}, {1920, 1080}), (Size{450, 1080}));
  EXPECT_EQ(fitted({1920, 1080}, {1920, 1080}), (Size{1920, 1080}));
  EXPECT_EQ(fitted({1280, 720}, {1920, 1080}), (Size{1280, 720}));
  EXPECT_EQ(fitted({16384, 1}, {100, 100}), (Size{100, 1}));
  // The limit is meant as the user sees the picture.
  EXPECT_EQ(fitted({2160, 3840}, {1920, 1080}, Rotation::Turn90), (Size{1080, 1920}));
}

TEST(PicturePlan, OnlyHalfFloatsBecomeTenBits) {
  const PictureWish wish{.ten_bit = true};
  const PicturePlan hdr =
      plan_picture({640, 480}, PixelFormat::Xbgr16161616f, Rotation::None, wish);
  EXPECT_EQ(
      hdr,
      (PicturePlan{
          .size = {640, 480}, .format = PixelFormat::Xbgr2101010, .to_pq = true, .pass = true}));
  for (const PixelFormat format : {PixelFormat::Xrgb8888, PixelFormat::Xbgr2101010})
    EXPECT_FALSE(plan_picture({640, 480}, format, Rotation::None, wish).pass);
}

TEST(PicturePlan, DamageOfAPictureThatKeepsItsSizeStays) {
  const std::array damage{Rect{3, 4, 5, 6}, Rect{100, 200, 7, 8}};
  const auto scaled = scaled_damage(damage, {640, 480}, {640, 480});
  EXPECT_TRUE(std::ranges::is_permutation(scaled.rects(), damage));
}

// By the pass's own arithmetic: two bilinear taps a quarter of a target pixel off its centre.
bool reaches(std::uint32_t target, Rect changed, std::uint32_t from, std::uint32_t to) {
  const double ratio = double{static_cast<double>(from)} / to;
  for (const double offset : {-0.25, 0.25}) {
    const double at = (target + 0.5 + offset) * ratio - 0.5;  // in source pixel centres
    for (const double pixel : {std::floor(at), std::floor(at) + 1}) {
      const double clamped = std::clamp(pixel, 0.0, from - 1.0);
      if (clamped >= changed.x && clamped < static_cast<double>(changed.right())) return true;
    }
  }
  return false;
}

TEST(PicturePlan, ScaledDamageCoversEveryPixelThatChanges) {
  test::Random random(5);
  for (int round = 0; round < 2000; ++round) {
    const std::uint32_t to = 1 + random.below(200);
    const std::uint32_t from = to + random.below(800);
    Rect changed{random.below(from), 0, 1, 1};
    changed.width = 1 + random.below(from - changed.x);
    const auto scaled = scaled_damage(std::array{changed}, {from, 1}, {to, 1});
    ASSERT_EQ(scaled.rects().size(), 1u);
    const Rect drawn = scaled.rects()[0];
    ASSERT_TRUE(drawn.inside({to, 1}));
    for (std::uint32_t target = 0; target < to; ++target) {
      if (reaches(target, changed, from, to)) {
        ASSERT_TRUE(drawn.contains({target, 0, 1, 1})) << from << " to " << to << " at " << target;
      }
    }
  }
}

}  // namespace
}  // namespace pierglass::guest
