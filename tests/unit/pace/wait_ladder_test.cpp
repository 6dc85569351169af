// SPDX-License-Identifier: GPL-2.0-or-later
#include "pace/wait_ladder.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <string>

namespace pierglass::pace {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr HostTime kStart{std::chrono::hours(1)};
constexpr Nanoseconds k60Hz{16'666'667};
constexpr WaitLadder::State kLive{.present = true, .blocked = false};

// Feeds frames at a steady rate, each found by a look shortly after it came.
HostTime learn(WaitLadder& ladder, HostTime from, Nanoseconds period, int frames) {
  HostTime now = from;
  for (int i = 0; i < frames; ++i) {
    now += period;
    ladder.on_look(now - WaitLadder::kSearchPoll, {});
    ladder.on_look(now, {.frame = true, .cursor = false});
  }
  return now;
}

void expect_plan(const WaitLadder::Plan& plan, Rung rung, Nanoseconds sleep) {
  EXPECT_EQ(plan.rung, rung) << name(plan.rung) << " instead of " << name(rung);
  EXPECT_EQ(plan.sleep, sleep);
}

TEST(WaitLadder, LooksForAGuestNowAndThen) {
  WaitLadder ladder;
  ladder.on_input(kStart);
  expect_plan(ladder.next(kStart, {.present = false, .blocked = true}), Rung::Absent,
              WaitLadder::kAbsentPoll);
}

TEST(WaitLadder, SleepsUntilTheCallbackWhileNothingMayBeDrawn) {
  WaitLadder ladder;
  const HostTime now = learn(ladder, kStart, k60Hz, 20);
  ladder.on_look(now, {.frame = true, .cursor = true});
  expect_plan(ladder.next(now, {.present = true, .blocked = true}), Rung::Blocked,
              WaitLadder::kBlockedPoll);
}

TEST(WaitLadder, PollsSteadilyAfterAFrameThenSlowerThenIdles) {
  WaitLadder ladder;
  ladder.on_look(kStart, {.frame = true, .cursor = false});
  expect_plan(ladder.next(kStart, kLive), Rung::Search, WaitLadder::kSearchPoll);
  const HostTime searched = kStart + WaitLadder::kSearchFor;
  expect_plan(ladder.next(searched - microseconds(1), kLive), Rung::Search,
              WaitLadder::kSearchPoll);
  expect_plan(ladder.next(searched, kLive), Rung::Quiet, WaitLadder::kQuietPoll);
  const HostTime idle = kStart + WaitLadder::kIdleAfter;
  expect_plan(ladder.next(idle - microseconds(1), kLive), Rung::Quiet, WaitLadder::kQuietPoll);
  expect_plan(ladder.next(idle, kLive), Rung::Idle, WaitLadder::kIdlePoll);
}

TEST(WaitLadder, InputEndsIdlenessAtOnce) {
  WaitLadder ladder;
  expect_plan(ladder.next(kStart, kLive), Rung::Idle, WaitLadder::kIdlePoll);
  ladder.on_input(kStart + milliseconds(3));
  expect_plan(ladder.next(kStart + milliseconds(3), kLive), Rung::Search, WaitLadder::kSearchPoll);
}

TEST(WaitLadder, FollowsTheCursorEveryMillisecond) {
  WaitLadder ladder;
  ladder.on_look(kStart, {.frame = false, .cursor = true});
  expect_plan(ladder.next(kStart, kLive), Rung::Cursor, WaitLadder::kCursorPoll);
  expect_plan(ladder.next(kStart + WaitLadder::kCursorFor, kLive), Rung::Quiet,
              WaitLadder::kQuietPoll);
  expect_plan(ladder.next(kStart + WaitLadder::kIdleAfter, kLive), Rung::Idle,
              WaitLadder::kIdlePoll);
}

TEST(WaitLadder, NapsUntilShortlyBeforeAPredictedFrame) {
  WaitLadder ladder;
  const HostTime last = learn(ladder, kStart, k60Hz, 20);
  expect_plan(ladder.next(last, kLive), Rung::Coarse, WaitLadder::kCoarseNap);
  const HostTime window = last + k60Hz - WaitLadder::kLead;
  expect_plan(ladder.next(window - milliseconds(1), kLive), Rung::Coarse, milliseconds(1));
  expect_plan(ladder.next(window, kLive), Rung::Window, WaitLadder::kWindowPoll);
  expect_plan(ladder.next(last + k60Hz, kLive), Rung::Window, WaitLadder::kWindowPoll);
  expect_plan(ladder.next(last + k60Hz + WaitLadder::kLead + microseconds(1), kLive), Rung::Search,
              WaitLadder::kSearchPoll);
}

TEST(WaitLadder, CursorMotionShortensNapsButNotWindows) {
  WaitLadder ladder;
  const HostTime last = learn(ladder, kStart, k60Hz, 20);
  ladder.on_look(last, {.frame = false, .cursor = true});
  expect_plan(ladder.next(last, kLive), Rung::Cursor, WaitLadder::kCursorPoll);
  expect_plan(ladder.next(last + k60Hz, kLive), Rung::Window, WaitLadder::kWindowPoll);
}

TEST(WaitLadder, AFrameThatCameDuringANapCountsAgainstThePrediction) {
  WaitLadder ladder;
  HostTime now = learn(ladder, kStart, k60Hz, 20);
  const auto plan = ladder.next(now, kLive);
  ASSERT_EQ(plan.rung, Rung::Coarse);
  now += plan.sleep;
  ladder.on_look(now, {.frame = true, .cursor = false});
  EXPECT_EQ(ladder.counters().early, 1u);
  expect_plan(ladder.next(now, kLive), Rung::Search, WaitLadder::kSearchPoll);
}

TEST(WaitLadder, AFrameFoundAfterOversleepingDoesNot) {
  WaitLadder ladder;
  HostTime now = learn(ladder, kStart, k60Hz, 20);
  const auto plan = ladder.next(now, kLive);
  ASSERT_EQ(plan.rung, Rung::Coarse);
  now += plan.sleep + milliseconds(30);
  ladder.on_look(now, {.frame = true, .cursor = false});
  EXPECT_EQ(ladder.counters().early, 0u);
  EXPECT_EQ(ladder.predictor().period(), k60Hz);
}

TEST(WaitLadder, AnotherGuestStartsWithoutTheOldOnesCadence) {
  WaitLadder ladder;
  const HostTime now = learn(ladder, kStart, k60Hz, 20);
  ladder.on_source_change();
  expect_plan(ladder.next(now, kLive), Rung::Idle, WaitLadder::kIdlePoll);
  EXPECT_EQ(ladder.predictor().period(), Nanoseconds::zero());
}

TEST(WaitLadder, CountsEverySleepOnItsRung) {
  WaitLadder ladder;
  (void)ladder.next(kStart, {});
  (void)ladder.next(kStart, {});
  (void)ladder.next(kStart, kLive);
  const auto& counters = ladder.counters();
  EXPECT_EQ(counters.sleeps[static_cast<std::size_t>(Rung::Absent)], 2u);
  EXPECT_EQ(counters.sleeps[static_cast<std::size_t>(Rung::Idle)], 1u);
  EXPECT_EQ(counters.time[static_cast<std::size_t>(Rung::Absent)], 2 * WaitLadder::kAbsentPoll);
}

TEST(WaitLadder, EveryRungHasItsOwnName) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < kRungs; ++i) names.insert(name(static_cast<Rung>(i)));
  EXPECT_EQ(names.size(), kRungs);
}

}  // namespace
}  // namespace pierglass::pace
