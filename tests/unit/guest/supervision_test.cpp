// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/core/supervision.hpp"

#include <gtest/gtest.h>

#include <random>

namespace pierglass::guest {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Action = Supervision::Action;

constexpr SessionId kAlice = 1;
constexpr SessionId kBob = 2;

class SupervisionTest : public testing::Test {
 protected:
  // One that has a process in Alice's session.
  void start_in(SessionId session) {
    supervision.on_console(session);
    ASSERT_EQ(supervision.next(now).action, Action::Start);
    supervision.on_started(now, session);
  }
  void expect_waiting(std::optional<HostTime> until) {
    const auto step = supervision.next(now);
    EXPECT_EQ(step.action, Action::Wait);
    EXPECT_EQ(step.until, until);
  }
  // The running process is asked to end, and does.
  void expect_orderly_end() {
    ASSERT_EQ(supervision.next(now).action, Action::AskToEnd);
    expect_waiting(now + Supervision::kGrace);
    supervision.on_ended(now, CaptureEnd::Again);
    EXPECT_FALSE(supervision.running());
  }

  Supervision supervision;
  HostTime now{std::chrono::hours(1)};
};

TEST_F(SupervisionTest, WithoutAConsoleNothingIsStarted) {
  expect_waiting(std::nullopt);
  supervision.on_console(kAlice);
  const auto step = supervision.next(now);
  EXPECT_EQ(step.action, Action::Start);
  EXPECT_EQ(step.session, kAlice);
}

TEST_F(SupervisionTest, ARunningProcessIsLeftAlone) {
  start_in(kAlice);
  expect_waiting(std::nullopt);
  supervision.on_console(kAlice);  // locked, unlocked: still at the console
  expect_waiting(std::nullopt);
}

TEST_F(SupervisionTest, AKilledProcessIsReplacedAfterThePause) {
  start_in(kAlice);
  now += seconds(5);
  supervision.on_ended(now, CaptureEnd::Failed);
  expect_waiting(now + seconds(1));
  now += seconds(1);
  EXPECT_EQ(supervision.next(now).action, Action::Start);
}

TEST_F(SupervisionTest, TheProcessFollowsTheConsole) {
  start_in(kAlice);
  now += seconds(10);
  supervision.on_console(std::nullopt);
  expect_orderly_end();
  expect_waiting(std::nullopt);
  supervision.on_console(kBob);
  const auto step = supervision.next(now);
  EXPECT_EQ(step.action, Action::Start);
  EXPECT_EQ(step.session, kBob);
}

TEST_F(SupervisionTest, AProcessThatIsAskedToEndIsNotTakenBack) {
  start_in(kAlice);
  supervision.on_console(kBob);
  ASSERT_EQ(supervision.next(now).action, Action::AskToEnd);
  supervision.on_console(kAlice);
  expect_waiting(now + Supervision::kGrace);
  supervision.on_ended(now, CaptureEnd::Again);
  expect_waiting(now + RestartPolicy::kSpacing);
}

TEST_F(SupervisionTest, AProcessThatDoesNotListenIsKilledOnce) {
  start_in(kAlice);
  supervision.on_stop();
  ASSERT_EQ(supervision.next(now).action, Action::AskToEnd);
  now += Supervision::kGrace - milliseconds(1);
  expect_waiting(now + milliseconds(1));
  now += milliseconds(1);
  EXPECT_EQ(supervision.next(now).action, Action::Kill);
  expect_waiting(std::nullopt);
  supervision.on_ended(now, CaptureEnd::Failed);
  EXPECT_EQ(supervision.next(now).action, Action::Finish);
}

TEST_F(SupervisionTest, StoppingEndsTheProcessFirst) {
  start_in(kAlice);
  supervision.on_stop();
  expect_orderly_end();
  EXPECT_EQ(supervision.next(now).action, Action::Finish);
}

TEST_F(SupervisionTest, ANewConfigurationReplacesTheProcessWithoutAPause) {
  start_in(kAlice);
  now += seconds(10);
  supervision.on_new_configuration();
  expect_orderly_end();
  EXPECT_EQ(supervision.next(now).action, Action::Start);
}

TEST_F(SupervisionTest, ABadConfigurationIsNotTriedAgain) {
  start_in(kAlice);
  supervision.on_ended(now, CaptureEnd::BadConfiguration);
  now += std::chrono::hours(5);
  expect_waiting(std::nullopt);
  supervision.on_new_configuration();
  EXPECT_EQ(supervision.next(now).action, Action::Start);
}

// The old process may have refused the old file just before it was asked to end.
TEST_F(SupervisionTest, ARefusalOfTheOldConfigurationDoesNotCountForTheNew) {
  start_in(kAlice);
  now += seconds(10);
  supervision.on_new_configuration();
  supervision.on_ended(now, CaptureEnd::BadConfiguration);
  EXPECT_EQ(supervision.next(now).action, Action::Start);
}

TEST_F(SupervisionTest, WhatCannotBeStartedIsTriedLessAndLessOften) {
  supervision.on_console(kAlice);
  for (const int pause : {1, 2, 4}) {
    ASSERT_EQ(supervision.next(now).action, Action::Start);
    supervision.on_not_started(now);
    expect_waiting(now + seconds(pause));
    now += seconds(pause);
  }
}

// Whatever happens in whatever order: one process at most, none without a console, starts a second
// apart, and an end within the grace after it is asked for.
TEST_F(SupervisionTest, RandomLivesKeepTheRules) {
  std::mt19937 random(7);
  const auto dice = [&](unsigned sides) { return random() % sides; };
  std::optional<HostTime> last_start;
  std::optional<SessionId> console;
  for (int i = 0; i < 200'000; ++i) {
    now += milliseconds(dice(700));
    switch (dice(8)) {
      case 0:
        console = dice(3) == 0 ? std::nullopt : std::optional<SessionId>(1 + dice(3));
        supervision.on_console(console);
        break;
      case 1:
        if (dice(10) == 0) supervision.on_new_configuration();
        break;
      case 2:
        if (supervision.running())
          supervision.on_ended(now, static_cast<CaptureEnd>(dice(20) == 0 ? 2 : dice(2)));
        break;
      default:
        break;
    }
    const auto step = supervision.next(now);
    ASSERT_NE(step.action, Action::Finish);
    if (step.until) {
      ASSERT_GT(*step.until, now);
    }
    if (step.action != Action::Start) continue;
    ASSERT_FALSE(supervision.running());
    ASSERT_EQ(step.session, console);
    ASSERT_TRUE(!last_start || now - *last_start >= seconds(1));
    last_start = now;
    supervision.on_started(now, step.session);
  }
  EXPECT_TRUE(last_start);
}

}  // namespace
}  // namespace pierglass::guest
