// SPDX-License-Identifier: GPL-2.0-or-later
// Counts of a mouse, notches of a wheel, places in the picture.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "input/motion.hpp"
#include "input/placement.hpp"
#include "input/wheel.hpp"

namespace pierglass::input {
namespace {

using std::chrono::milliseconds;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr HostTime kStart{std::chrono::hours(3)};

RelativeMotion raw(double x, double y) {
  return {.accelerated = {1000, 1000}, .raw = {x, y}};
}

TEST(Motion, CountsAsTheDeviceDoesUnlessAskedOtherwise) {
  const RelativeMotion motion{.accelerated = {5, -6}, .raw = {2, -3}};
  EXPECT_EQ(Motion(false, 1).add(motion), (Point{2, -3}));
  EXPECT_EQ(Motion(true, 1).add(motion), (Point{5, -6}));
}

TEST(Motion, KeepsFractionsForLater) {
  Motion motion(false, 1);
  const int expected[] = {0, 0, 1, 0, 0, 1};
  for (const int counts : expected) {
    EXPECT_EQ(motion.add(raw(0.34, -0.34)), (Point{counts, -counts}));
  }
}

TEST(Motion, NeverDriftsFromTheSum) {
  const std::uint32_t seed = 20260731;
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  std::uniform_int_distribution<int> parts(-3000, 3000);  // 1/256, as Wayland sends them
  for (const double sensitivity : {1.0, 0.37, 0.01, 2.5, 100.0}) {
    Motion motion(false, sensitivity);
    double sum = 0;
    std::int64_t counts = 0;
    for (int i = 0; i < 100'000; ++i) {
      const double way = parts(random) / 256.0;
      sum += way * sensitivity;
      counts += motion.add(raw(way, 0)).x;
      ASSERT_LE(std::abs(sum - static_cast<double>(counts)), 1.001) << i;
    }
  }
}

TEST(Motion, SensitivityIsBroughtIntoItsRange) {
  EXPECT_EQ(Motion(false, 1e9).add(raw(1, 1)), (Point{100, 100}));
  EXPECT_EQ(Motion(false, -5).add(raw(100, 200)), (Point{1, 2}));
  EXPECT_EQ(Motion(false, kNan).add(raw(7, 8)), (Point{7, 8}));
}

TEST(Motion, AbsurdValuesAreDroppedOrBounded) {
  Motion motion(false, 1);
  EXPECT_EQ(motion.add(raw(kNan, 3)), Point{});
  EXPECT_EQ(motion.add(raw(3, kNan)), Point{});
  EXPECT_EQ(motion.add(raw(kInfinity, -kInfinity)), (Point{32767, -32767}));
  EXPECT_EQ(motion.add(raw(1e300, 0)), (Point{32767, 0}));
  EXPECT_EQ(motion.add(raw(1, 1)), (Point{1, 1}));
}

struct Turn {
  Axis axis = Axis::Vertical;
  std::int32_t detents = 0;
  double distance = 0;
  int after_ms = 0;
  std::int32_t notches = 0;
};

void expect_notches(const char* what, std::initializer_list<Turn> turns) {
  SCOPED_TRACE(what);
  Wheel wheel;
  HostTime now = kStart;
  int number = 0;
  for (const Turn& turn : turns) {
    now += milliseconds(turn.after_ms);
    EXPECT_EQ(wheel.add({turn.axis, turn.detents, turn.distance}, now), turn.notches) << number;
    ++number;
  }
}

TEST(Wheel, GivesWholeNotchesAndKeepsTheRest) {
  constexpr auto kDown = Axis::Vertical;
  constexpr auto kAside = Axis::Horizontal;
  expect_notches("a plain wheel", {{kDown, 120, 0, 0, 1}, {kDown, -120, 0, 0, -1}});
  expect_notches("several at once", {{kDown, 360, 0, 0, 3}});
  expect_notches("a fine wheel", {{kDown, 50, 0, 0, 0},
                                  {kDown, 50, 0, 10, 0},
                                  {kDown, 50, 0, 10, 1},
                                  {kDown, 89, 0, 10, 0},
                                  {kDown, 1, 0, 10, 1}});
  expect_notches(
      "axes of their own",
      {{kDown, 100, 0, 0, 0}, {kAside, 100, 0, 0, 0}, {kDown, 20, 0, 0, 1}, {kAside, 20, 0, 0, 1}});
  expect_notches(
      "turning back begins anew",
      {{kDown, 119, 0, 0, 0}, {kDown, -1, 0, 0, 0}, {kDown, 119, 0, 0, 0}, {kDown, 1, 0, 0, 1}});
  expect_notches(
      "a pause begins anew",
      {{kDown, 119, 0, 0, 0}, {kDown, 1, 0, 500, 0}, {kDown, 118, 0, 499, 0}, {kDown, 1, 0, 0, 1}});
  expect_notches("a finger",
                 {{kDown, 0, 14.5, 0, 0}, {kDown, 0, 0.5, 10, 1}, {kDown, 0, -31, 10, -2}});
  expect_notches("a wheel's own distance does not count twice", {{kDown, 120, 15, 0, 1}});
  expect_notches("no more than bounded", {{kDown, INT32_MAX, 0, 0, 20},
                                          {kDown, INT32_MIN, 0, 0, -20},
                                          {kDown, 0, 1e300, 0, 20},
                                          {kDown, 0, kInfinity, 0, 20}});
  expect_notches(
      "no number",
      {{kDown, 100, 0, 0, 0}, {kDown, 0, kNan, 0, 0}, {kDown, 0, 0, 0, 0}, {kDown, 20, 0, 0, 1}});
}

TEST(Placement, IsWhereThePictureIsDrawn) {
  struct Case {
    Size picture;
    Size window;
    PointF at;
    Point guest;
  };
  const Case cases[] = {
      {{1920, 1080}, {1920, 1080}, {0, 0}, {0, 0}},
      {{1920, 1080}, {1920, 1080}, {1919.9, 1079.9}, {1919, 1079}},
      {{1920, 1080}, {960, 540}, {480.6, 270}, {961, 540}},
      {{100, 100}, {300, 100}, {100, 50}, {0, 50}},  // bars at the sides
      {{100, 100}, {300, 100}, {199.5, 50}, {99, 50}},
      {{100, 100}, {300, 100}, {12, 50}, {0, 50}},  // on a bar
      {{100, 100}, {300, 100}, {290, 50}, {99, 50}},
      {{100, 100}, {200, 600}, {100, 200}, {50, 0}},  // above and below
      {{100, 100}, {200, 600}, {100, 399}, {50, 99}},
      {{1366, 768}, {1366, 769}, {0, 768.9}, {0, 767}},  // a bar of a pixel is none
      {{1920, 1080}, {1920, 1080}, {-5, 1e300}, {0, 1079}},
      {{1920, 1080}, {1920, 1080}, {kNan, kInfinity}, {0, 1079}},
      {{1, 1}, {5, 5}, {3, 3}, {0, 0}},
      {{UINT32_MAX, UINT32_MAX}, {10, 10}, {99, 99}, {INT32_MAX - 1, INT32_MAX - 1}},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Placement(c.picture, c.window).to_guest(c.at), c.guest)
        << c.picture.width << "x" << c.picture.height << " in " << c.window.width << "x"
        << c.window.height << " at " << c.at.x << "," << c.at.y;
  }
}

TEST(Placement, GoesBackToTheMiddleOfThePixel) {
  const Placement twice({100, 50}, {200, 200});
  EXPECT_EQ(twice.to_window({0, 0}), (PointF{1, 51}));
  EXPECT_EQ(twice.to_window({99, 49}), (PointF{199, 149}));
  EXPECT_EQ(twice.to_window({-7, 1000}), (PointF{1, 149}));
}

TEST(Placement, ThereAndBackIsTheSamePixel) {
  const std::uint32_t seed = 20260801;
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  std::uniform_int_distribution<std::uint32_t> side(1, 5000);
  for (int i = 0; i < 20'000; ++i) {
    const Size picture{side(random), side(random)};
    const Placement placement(picture, {side(random), side(random)});
    const Point guest{static_cast<std::int32_t>(random() % picture.width),
                      static_cast<std::int32_t>(random() % picture.height)};
    ASSERT_EQ(placement.to_guest(placement.to_window(guest)), guest) << i;
  }
}

TEST(Placement, WithoutAPictureOrAWindowThereIsNothing) {
  for (const Placement& placement :
       {Placement(), Placement({0, 5}, {5, 5}), Placement({5, 5}, {5, 0})}) {
    EXPECT_TRUE(placement.empty());
    EXPECT_EQ(placement.to_guest({3, 3}), Point{});
    EXPECT_EQ(placement.to_window({3, 3}), PointF{});
  }
}

}  // namespace
}  // namespace pierglass::input
