// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>

#include "spice/ack_window.hpp"
#include "spice/backoff.hpp"
#include "spice/motion_window.hpp"
#include "spice/output.hpp"

namespace pierglass::spice {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(AckWindowTest, NothingIsDueBeforeTheServerNamedAWindow) {
  AckWindow window;
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(window.count());
}

TEST(AckWindowTest, OneIsDueForEachWindow) {
  AckWindow window;
  window.restart(3);
  for (int i = 1; i <= 30; ++i) EXPECT_EQ(window.count(), i % 3 == 0) << i;
  static_cast<void>(window.count());
  window.restart(2);
  EXPECT_FALSE(window.count());
  EXPECT_TRUE(window.count());
  window.restart(0);
  EXPECT_FALSE(window.count());
}

TEST(MotionWindowTest, AnOpenWindowLetsEachMotionThrough) {
  MotionWindow window;
  window.add({3, -4});
  EXPECT_EQ(window.next_step(false), (Motion{3, -4}));
  EXPECT_FALSE(window.next_step(false));
  EXPECT_TRUE(window.idle());
}

TEST(MotionWindowTest, AClosedOneAddsUpUntilItOpens) {
  MotionWindow window;
  for (int i = 0; i < 8; ++i) {
    window.add({1, 0});
    ASSERT_TRUE(window.next_step(false));
  }
  for (int i = 0; i < 10; ++i) {
    window.add({2, 1});
    EXPECT_FALSE(window.next_step(false));
  }
  window.acknowledge();
  EXPECT_EQ(window.next_step(false), (Motion{20, 10}));
  EXPECT_EQ(window.on_the_way(), 5U);
}

TEST(MotionWindowTest, ForceOvertakesTheWindow) {
  MotionWindow window;
  for (int i = 0; i < 8; ++i) {
    window.add({1, 0});
    static_cast<void>(window.next_step(false));
  }
  window.add({5, 5});
  EXPECT_EQ(window.next_step(true), (Motion{5, 5}));
  EXPECT_EQ(window.on_the_way(), 9U);
  window.acknowledge();
  window.add({1, 1});
  EXPECT_TRUE(window.next_step(false)) << "5 are on the way";
}

TEST(MotionWindowTest, AnAcknowledgementTooManyIsHarmless) {
  MotionWindow window;
  window.acknowledge();
  window.add({1, 0});
  EXPECT_TRUE(window.next_step(false));
  EXPECT_EQ(window.on_the_way(), 1U);
}

TEST(MotionWindowTest, ALongWayIsALineOfShortSteps) {
  for (const Motion way : {Motion{1000, 0}, Motion{1000, 10}, Motion{-1000, 500}, Motion{127, 128},
                           Motion{-32767, 32767}, Motion{381, -1}}) {
    MotionWindow window;
    window.add(way);
    Motion at;
    std::int32_t steps = 0;
    while (const auto step = window.next_step(true)) {
      ++steps;
      ASSERT_LE(std::abs(step->dx), MotionWindow::kMaxStep);
      ASSERT_LE(std::abs(step->dy), MotionWindow::kMaxStep);
      at = {at.dx + step->dx, at.dy + step->dy};
      // Distance from the straight line, in its longer direction's terms.
      const double off = double(at.dx) * way.dy - double(at.dy) * way.dx;
      const double length = std::hypot(way.dx, way.dy);
      ASSERT_LE(std::abs(off) / length, 1.5 * steps) << "wanders";
    }
    EXPECT_EQ(at, way);
    EXPECT_EQ(steps, (std::max(std::abs(way.dx), std::abs(way.dy)) + 126) / 127);
  }
}

TEST(MotionWindowTest, WhatWaitsIsBounded) {
  MotionWindow window;
  constexpr auto kHuge = std::numeric_limits<std::int32_t>::max();
  constexpr auto kTiny = std::numeric_limits<std::int32_t>::min();
  for (int i = 0; i < 100; ++i) window.add({kHuge, kTiny});
  Motion sum;
  while (const auto step = window.next_step(true)) sum = {sum.dx + step->dx, sum.dy + step->dy};
  EXPECT_EQ(sum, (Motion{MotionWindow::kMaxPending, -MotionWindow::kMaxPending}));
}

TEST(MotionWindowTest, OnlyTheNewestPositionCounts) {
  MotionWindow window;
  window.place({1, 1});
  EXPECT_EQ(window.next_position(false), (Point{1, 1}));
  for (int i = 1; i < 8; ++i) {
    window.place({i, i});
    ASSERT_TRUE(window.next_position(false));
  }
  window.place({50, 50});
  window.place({60, 60});
  EXPECT_FALSE(window.next_position(false));
  window.acknowledge();
  EXPECT_EQ(window.next_position(false), (Point{60, 60}));
  EXPECT_FALSE(window.next_position(true));
}

TEST(MotionWindowTest, NothingIsLostAndTheWindowHoldsInAnyOrder) {
  std::mt19937 random(1);
  MotionWindow window;
  Motion put, got;
  std::uint32_t unanswered = 0;
  for (int i = 0; i < 100'000; ++i) {
    if (random() % 4 != 0) {
      const Motion motion{int(random() % 200) - 100, int(random() % 200) - 100};
      window.add(motion);
      put = {put.dx + motion.dx, put.dy + motion.dy};
    } else if (unanswered >= 4) {
      window.acknowledge();
      unanswered -= 4;
    }
    while (const auto step = window.next_step(false)) {
      got = {got.dx + step->dx, got.dy + step->dy};
      ++unanswered;
    }
    ASSERT_LE(unanswered, MotionWindow::kOpen);
    ASSERT_EQ(unanswered, window.on_the_way());
  }
  while (const auto step = window.next_step(true)) got = {got.dx + step->dx, got.dy + step->dy};
  EXPECT_EQ(put, got);
}

TEST(BackoffTest, WaitsGetLongerUpToABound) {
  Backoff backoff(BackoffLimits{});
  const milliseconds expected[] = {milliseconds(100), milliseconds(200),  milliseconds(400),
                                   milliseconds(800), milliseconds(1600), milliseconds(2000),
                                   milliseconds(2000)};
  for (const milliseconds wait : expected) EXPECT_EQ(backoff.next(), wait);
}

TEST(BackoffTest, OnlyAConnectionThatLastedMakesThemShortAgain) {
  Backoff backoff(BackoffLimits{});
  static_cast<void>(backoff.next());
  EXPECT_FALSE(backoff.ended_after(milliseconds(1999)));
  EXPECT_EQ(backoff.next(), milliseconds(200));
  EXPECT_TRUE(backoff.ended_after(seconds(2)));
  EXPECT_EQ(backoff.next(), milliseconds(100));
}

TEST(OutputTest, BytesComeOutInOrderAndNeverTooMany) {
  Output output(64);
  std::mt19937 random(2);
  std::uint8_t next_in = 0;
  std::uint8_t next_out = 0;
  std::size_t waiting = 0;
  int refused = 0;
  for (int i = 0; i < 100'000; ++i) {
    std::array<std::byte, 20> some{};
    const std::size_t count = random() % some.size();
    for (std::size_t j = 0; j < count; ++j) some[j] = std::byte(next_in + j);
    const bool fits = count <= 64 - waiting;
    ASSERT_EQ(output.push(std::span(some).first(count)), fits);
    if (fits) {
      next_in = static_cast<std::uint8_t>(next_in + count);
      waiting += count;
    } else {
      ++refused;
    }
    ASSERT_EQ(output.waiting().size(), waiting);
    const std::size_t taken = waiting == 0 ? 0 : random() % (waiting + 1) / 2;
    for (std::size_t j = 0; j < taken; ++j) ASSERT_EQ(output.waiting()[j], std::byte(next_out++));
    output.drop(taken);
    waiting -= taken;
  }
  EXPECT_GT(refused, 100);
}

}  // namespace
}  // namespace pierglass::spice
