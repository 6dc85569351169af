// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/timer.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace pierglass::loop {
namespace {

using std::chrono::milliseconds;

// A deadline that no test reaches.
HostTime far_away() {
  return HostClock::now() + std::chrono::hours(1);
}

struct TimerTest : testing::Test {
  std::unique_ptr<EventLoop> loop = EventLoop::create().value();
  std::uint64_t calls = 0;
  std::uint64_t expirations = 0;

  Timer counting(std::uint64_t quit_after) {
    return Timer::create(*loop,
                         [this, quit_after](std::uint64_t count) {
                           ++calls;
                           expirations += count;
                           if (expirations >= quit_after) loop->quit();
                           return Next::Keep;
                         })
        .value();
  }
};

TEST_F(TimerTest, FiresOnceAndNotBeforeItsDeadline) {
  Timer timer = counting(1);
  const HostTime deadline = HostClock::now() + milliseconds(3);
  ASSERT_TRUE(timer.arm_at(deadline));
  ASSERT_TRUE(loop->run());
  EXPECT_GE(HostClock::now(), deadline);
  ASSERT_TRUE(loop->step(milliseconds(0)));
  EXPECT_EQ(calls, 1U);
}

TEST_F(TimerTest, ADeadlineInThePastFiresAtOnce) {
  Timer timer = counting(1);
  ASSERT_TRUE(timer.arm_at(HostTime{}));
  ASSERT_TRUE(loop->run());
  EXPECT_EQ(calls, 1U);
}

TEST_F(TimerTest, APeriodicTimerLosesNoExpiry) {
  Timer timer = counting(5);
  const HostTime first = HostClock::now() + milliseconds(1);
  ASSERT_TRUE(timer.arm_every(first, milliseconds(1)));
  ASSERT_TRUE(loop->run());
  EXPECT_GE(expirations, 5U);
  EXPECT_GE(HostClock::now(), first + 4 * milliseconds(1));
}

TEST_F(TimerTest, MayBeArmedAgainInItsCallback) {
  std::optional<Timer> timer;
  int left = 3;
  timer.emplace(Timer::create(*loop, [&](std::uint64_t) -> Result<Next> {
                  if (--left == 0)
                    loop->quit();
                  else
                    TRY(timer->arm_at(HostClock::now()));
                  return Next::Keep;
                }).value());
  ASSERT_TRUE(timer->arm_at(HostClock::now()));
  ASSERT_TRUE(loop->run());
  EXPECT_EQ(left, 0);
}

TEST_F(TimerTest, MayBeDroppedInItsCallback) {
  std::optional<Timer> timer;
  timer.emplace(Timer::create(*loop, [&](std::uint64_t) {
                  timer.reset();
                  loop->quit();
                  return Next::Keep;
                }).value());
  ASSERT_TRUE(timer->arm_at(HostClock::now()));
  ASSERT_TRUE(loop->run());
  EXPECT_FALSE(timer);
}

TEST_F(TimerTest, ArmingAgainForgetsAnExpiryThatWasNotServed) {
  Timer victim = counting(1);
  ASSERT_TRUE(victim.arm_at(HostTime{}));
  ASSERT_TRUE(victim.arm_at(far_away()));
  ASSERT_TRUE(loop->step(milliseconds(0)));
  EXPECT_EQ(calls, 0U);
}

TEST_F(TimerTest, DisarmingInTheSameRoundPreventsTheCallback) {
  // Both are due in one round; whichever is served first disarms the other.
  std::optional<Timer> one;
  std::optional<Timer> two;
  int served = 0;
  const auto serve = [&](std::optional<Timer>& other) {
    return [&](std::uint64_t) -> Result<Next> {
      ++served;
      TRY(other->disarm());
      return Next::Keep;
    };
  };
  one.emplace(Timer::create(*loop, serve(two)).value());
  two.emplace(Timer::create(*loop, serve(one)).value());
  ASSERT_TRUE(one->arm_at(HostTime{}));
  ASSERT_TRUE(two->arm_at(HostTime{}));
  ASSERT_TRUE(loop->step(milliseconds(0)));
  EXPECT_EQ(served, 1);
}

TEST_F(TimerTest, MovingKeepsTheTimer) {
  Timer timer = counting(1);
  ASSERT_TRUE(timer.arm_at(HostTime{}));
  const Timer moved = std::move(timer);
  ASSERT_TRUE(loop->run());
  EXPECT_EQ(calls, 1U);
}

}  // namespace
}  // namespace pierglass::loop
