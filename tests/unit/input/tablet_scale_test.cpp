// SPDX-License-Identifier: GPL-2.0-or-later
#include "input/tablet_scale.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

namespace pierglass::input {
namespace {

using std::chrono::milliseconds;

constexpr Size kPicture{1920, 1080};

// A guest whose machine emulates a screen of some size.
struct TabletScaleTest : testing::Test {
  Size emulated{720, 400};
  std::optional<Rect> cage;  // where a program holds the pointer
  TabletScale scale;
  HostTime now{milliseconds(1000)};

  [[nodiscard]] Point lands(Point sent) const {
    const auto at = [](std::int32_t place, std::uint32_t from, std::uint32_t to) {
      const auto last = static_cast<std::int32_t>(to) - 1;
      const std::int64_t scaled =
          std::int64_t{place} * last / (static_cast<std::int32_t>(from) - 1);
      return static_cast<std::int32_t>(std::clamp<std::int64_t>(scaled, 0, last));
    };
    Point where{at(sent.x, emulated.width, kPicture.width),
                at(sent.y, emulated.height, kPicture.height)};
    if (cage) {
      where.x = std::clamp(where.x, std::int32_t(cage->x), std::int32_t(cage->right()));
      where.y = std::clamp(where.y, std::int32_t(cage->y), std::int32_t(cage->bottom()));
    }
    return where;
  }

  // The pointer goes there and rests; where the guest's ends.
  Point rest_at(Point target) {
    Point where = lands(scale.aim(target, now));
    scale.report(where, now);
    for (int i = 0; i < 10 && scale.deadline(); ++i) {
      now = *scale.deadline();
      if (const auto again = scale.on_time(now)) scale.report(where = lands(*again), now);
    }
    EXPECT_FALSE(scale.deadline());
    return where;
  }
  static int distance(Point a, Point b) {
    return std::max(std::abs(a.x - b.x), std::abs(a.y - b.y));
  }
};

TEST_F(TabletScaleTest, SendsPlacesAsTheyAreWhereTheScreensAgree) {
  emulated = kPicture;
  EXPECT_EQ(scale.aim({100, 50}, now), (Point{100, 50}));
  EXPECT_EQ(rest_at({1900, 1000}), (Point{1900, 1000}));
  EXPECT_TRUE(scale.settled());
  EXPECT_EQ(scale.aim({7, 1079}, now), (Point{7, 1079}));
}

TEST_F(TabletScaleTest, LearnsTheEmulatedScreenFromTwoPlaces) {
  for (const Size size : {Size{720, 400}, Size{1024, 768}, Size{3840, 2160}, Size{640, 480}}) {
    scale = {};
    emulated = size;
    rest_at({300, 200});
    rest_at({500, 330});
    for (const Point target : {Point{100, 60}, Point{960, 540}, Point{1900, 1060}}) {
      EXPECT_LE(distance(rest_at(target), target), 6) << size.width << " " << target.x;
    }
  }
}

TEST_F(TabletScaleTest, OnePlaceAloneChangesNothing) {
  rest_at({300, 200});
  EXPECT_EQ(scale.aim({500, 330}, now), (Point{500, 330}));
}

TEST_F(TabletScaleTest, APointerHeldInsideAWindowTeachesNothing) {
  emulated = kPicture;
  cage = Rect{100, 100, 200, 100};
  for (const Point target : {Point{400, 300}, Point{800, 600}, Point{1500, 900}, Point{700, 1000},
                             Point{900, 1000}, Point{1850, 300}}) {
    rest_at(target);
  }
  cage.reset();
  EXPECT_EQ(scale.aim({1000, 500}, now), (Point{1000, 500}));
}

TEST_F(TabletScaleTest, WhatWasSeenBeforeTheLastMovementTeachesNothing) {
  scale.report({10, 10}, now);
  scale.aim({300, 200}, now);
  now += TabletScale::kRest;
  EXPECT_FALSE(scale.on_time(now));
  scale.aim({500, 330}, now);
  now += TabletScale::kRest;
  EXPECT_FALSE(scale.on_time(now));
  EXPECT_EQ(scale.aim({500, 330}, now), (Point{500, 330}));
}

TEST_F(TabletScaleTest, ComesBackWhenTheEmulatedScreenChanges) {
  rest_at({300, 200});
  rest_at({500, 330});
  emulated = {1280, 800};
  scale.reset();
  rest_at({300, 200});
  rest_at({500, 330});
  EXPECT_LE(distance(rest_at({1500, 900}), {1500, 900}), 6);
}

TEST_F(TabletScaleTest, WildReportsKeepItBounded) {
  for (const std::int32_t wild : {INT32_MAX, INT32_MIN, 0, -1, 1}) {
    for (const Point target : {Point{300, 200}, Point{500, 330}, Point{1900, 1000}}) {
      const Point sent = scale.aim(target, now);
      EXPECT_LE(std::abs(sent.x), target.x * TabletScale::kMaxScale + 1);
      scale.report({wild, wild}, now);
      now += TabletScale::kRest;
      scale.on_time(now);
    }
  }
}

}  // namespace
}  // namespace pierglass::input
