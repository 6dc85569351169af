// SPDX-License-Identifier: GPL-2.0-or-later
#include "pace/present_gate.hpp"

#include <gtest/gtest.h>

#include <random>

namespace pierglass::pace {
namespace {

using std::chrono::milliseconds;
using Draw = PresentGate::Draw;

constexpr HostTime kStart{std::chrono::hours(2)};

TEST(PresentGate, DrawsNothingWhileNothingIsNew) {
  PresentGate gate;
  EXPECT_EQ(gate.draw_now(kStart), Draw::No);
  gate.on_change();
  EXPECT_EQ(gate.draw_now(kStart), Draw::WithCallback);
  gate.drawn(kStart, kStart);
  gate.on_callback(kStart + milliseconds(16));
  EXPECT_EQ(gate.draw_now(kStart), Draw::No);
  EXPECT_FALSE(gate.blocked(kStart));
  EXPECT_EQ(gate.last_turnaround(), milliseconds(16));
}

TEST(PresentGate, HoldsChangesBackUntilTheCallback) {
  PresentGate gate;
  gate.on_change();
  gate.drawn(kStart, kStart);
  gate.on_change();
  EXPECT_EQ(gate.draw_now(kStart), Draw::No);
  EXPECT_TRUE(gate.blocked(kStart));
  gate.on_callback(kStart + milliseconds(7));
  EXPECT_EQ(gate.draw_now(kStart), Draw::WithCallback);
  EXPECT_EQ(gate.counters().held_back, 1u);
}

TEST(PresentGate, AHiddenWindowDrawsNothingAndResumesWithTheCallback) {
  PresentGate gate;
  gate.on_change();
  gate.drawn(kStart, kStart);
  EXPECT_FALSE(gate.hidden(kStart + milliseconds(499)));
  for (int i = 0; i < 10'000; ++i) {
    gate.on_change();
    ASSERT_EQ(gate.draw_now(kStart), Draw::No);
  }
  const HostTime later = kStart + std::chrono::minutes(5);
  EXPECT_TRUE(gate.hidden(later));
  gate.on_callback(later);
  EXPECT_FALSE(gate.hidden(later));
  EXPECT_EQ(gate.draw_now(kStart), Draw::WithCallback);
}

TEST(PresentGate, AConfigureIsAnsweredWithoutASecondCallback) {
  PresentGate gate;
  gate.on_change();
  gate.drawn(kStart, kStart);
  gate.on_must_draw();
  EXPECT_FALSE(gate.blocked(kStart));
  EXPECT_EQ(gate.draw_now(kStart), Draw::WithoutCallback);
  gate.drawn(kStart + milliseconds(1), kStart + milliseconds(1));
  EXPECT_EQ(gate.draw_now(kStart), Draw::No);
  EXPECT_TRUE(gate.blocked(kStart));
  EXPECT_EQ(gate.counters().forced, 1u);
}

TEST(PresentGate, UnderOtherPoliciesFewCallbacksTellThatTheWindowIsSeen) {
  PresentGate gate(PresentPolicy{PolicyChoice::Mailbox});
  HostTime now = kStart;
  int asked = 0;
  for (int i = 0; i < 60; ++i, now += milliseconds(16)) {
    gate.on_change();
    const Draw draw = gate.draw_now(now);
    ASSERT_NE(draw, Draw::No);
    gate.drawn(now, now);
    asked += draw == Draw::WithCallback;
    if (draw == Draw::WithCallback) gate.on_callback(now);
  }
  EXPECT_GE(asked, 9);
  EXPECT_LE(asked, 11);
  // The compositor falls silent: the next one is waited for.
  gate.on_change();
  now += PresentGate::kCallbackDue;
  ASSERT_EQ(gate.draw_now(now), Draw::WithCallback);
  gate.drawn(now, now);
  gate.on_change();
  EXPECT_TRUE(gate.blocked(now + PresentGate::kCallbackDue));
  EXPECT_TRUE(gate.hidden(now + PresentGate::kHiddenAfter));
}

TEST(PresentGate, ALostSurfaceIsDrawnAnew) {
  PresentGate gate;
  gate.on_change();
  gate.drawn(kStart, kStart);
  gate.on_surface_reset();
  EXPECT_EQ(gate.draw_now(kStart), Draw::WithCallback);
}

TEST(PresentGate, ACallbackThatNobodyAskedForIsIgnored) {
  PresentGate gate;
  gate.on_callback(kStart);
  EXPECT_EQ(gate.counters().callbacks, 0u);
  EXPECT_EQ(gate.draw_now(kStart), Draw::No);
}

TEST(PresentGate, NeverHasTwoCallbacksOutstandingAndNeverLosesAChange) {
  std::mt19937 random(1);
  PresentGate gate;
  HostTime now = kStart;
  int outstanding = 0;
  bool shown = true;
  for (int i = 0; i < 100'000; ++i) {
    now += milliseconds(1);
    switch (random() % 4) {
      case 0:
        gate.on_change();
        shown = false;
        break;
      case 1:
        if (outstanding == 0) break;
        gate.on_callback(now);
        outstanding = 0;
        break;
      case 2:
        if (random() % 50 == 0) gate.on_must_draw();
        break;
      default: {
        const Draw draw = gate.draw_now(now);
        ASSERT_TRUE(draw != Draw::No || shown || outstanding == 1);
        if (draw == Draw::No) break;
        if (draw == Draw::WithCallback) ++outstanding;
        ASSERT_EQ(outstanding, 1);
        gate.drawn(now, now);
        shown = true;
      }
    }
  }
}

}  // namespace
}  // namespace pierglass::pace
