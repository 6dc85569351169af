// SPDX-License-Identifier: GPL-2.0-or-later
#include "input/follower.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>

#include "tests/support/input_model.hpp"

namespace pierglass::input {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr HostTime kStart{std::chrono::hours(3)};

// A guest with a mouse, whose pointer answers to counts by `speed` and is reported late.
class MouseGuest final : public Guest {
 public:
  static constexpr Nanoseconds kLate = milliseconds(16);
  static constexpr Size kScreen{1920, 1080};

  // Pixels for counts of one event.
  std::function<double(double)> speed = [](double counts) { return counts; };
  double x = 0;
  double y = 0;
  int moves = 0;
  HostTime now = kStart;
  std::optional<HostTime> report_due;

  [[nodiscard]] Point position() const {
    return {static_cast<std::int32_t>(std::floor(x)), static_cast<std::int32_t>(std::floor(y))};
  }
  void moved() {
    if (position() != reported_ && !report_due) report_due = now + kLate;
  }
  Point report() {
    report_due.reset();
    reported_ = position();
    return reported_;
  }

  void move_by(std::int32_t dx, std::int32_t dy) override {
    ++moves;
    // As Windows does: the factor belongs to the length of the step.
    const double length = std::hypot(dx, dy);
    const double factor = length == 0 ? 1 : speed(length) / length;
    x = std::clamp(x + dx * factor, 0.0, kScreen.width - 1.0);
    y = std::clamp(y + dy * factor, 0.0, kScreen.height - 1.0);
    moved();
  }
  void key(KeyCode, bool) override {}
  void button(Button, bool) override {}
  void scroll(Axis, std::int32_t) override {}
  void move_to(Point) override {}
  void set_locks(Locks) override {}
  bool set_pointer_mode(PointerMode) override { return false; }

 private:
  Point reported_{-1, -1};
};

struct Speed {
  const char* name;
  std::function<double(double)> pixels;
};

const Speed kSpeeds[] = {
    {"one to one", [](double n) { return n; }},
    {"slowest", [](double n) { return n / 32; }},
    {"half", [](double n) { return n / 2; }},
    {"three times", [](double n) { return n * 3; }},
    {"slow when slow, fast when fast",
     [](double n) { return n < 6    ? n * 0.6
                           : n < 40 ? n * 1.4
                                    : n * 2.2; }},
    {"smoothly faster", [](double n) { return n * (0.8 + std::min(n, 200.0) / 100); }},
};

class FollowerTest : public testing::Test {
 protected:
  // Lets time pass, with the timer and the guest's reports as they fall due.
  void pass(Nanoseconds time) {
    const HostTime end = now_ + time;
    while (true) {
      HostTime next = end;
      if (guest_.report_due) next = std::min(next, *guest_.report_due);
      if (follower_.deadline()) next = std::min(next, *follower_.deadline());
      now_ = guest_.now = std::max(now_, next);
      const bool reports = guest_.report_due && *guest_.report_due <= now_;
      const bool rings = follower_.deadline() && *follower_.deadline() <= now_;
      if (reports) follower_.report(guest_.report(), now_);
      if (rings) follower_.on_time(now_);
      if (!reports && !rings) return;
    }
  }

  void report() { follower_.report(guest_.report(), now_); }

  MouseGuest guest_;
  test::ModelHost host_;
  Follower follower_{guest_, host_};
  HostTime now_ = kStart;
};

TEST_F(FollowerTest, FollowsExactlyWhereCountsArePixels) {
  report();
  follower_.aim({100, 50}, now_);
  EXPECT_EQ(guest_.position(), (Point{100, 50}));
  follower_.aim({90, 60}, now_);
  follower_.aim({91, 60}, now_);
  EXPECT_EQ(guest_.position(), (Point{91, 60}));
  EXPECT_EQ(guest_.moves, 3);
  pass(std::chrono::seconds(10));
  EXPECT_EQ(guest_.moves, 3);
}

TEST_F(FollowerTest, PlacesThePointerWhereTheHostCan) {
  host_.can_place = true;
  report();
  follower_.aim({100, 50}, now_);
  EXPECT_THAT(host_.placed, ElementsAre(Point{100, 50}));
  follower_.aim({103, 50}, now_);  // at once by distance
  EXPECT_EQ(guest_.moves, 1);
  pass(milliseconds(300));  // the place is not where it is reported
  EXPECT_EQ(host_.placed.back(), (Point{103, 50}));
  EXPECT_EQ(guest_.moves, 1);
}

TEST_F(FollowerTest, MovesByDistancesAloneUntilTheGuestReports) {
  follower_.aim({100, 50}, now_);
  EXPECT_EQ(guest_.moves, 0);
  follower_.aim({110, 50}, now_);
  EXPECT_EQ(guest_.position(), (Point{10, 0}));
  EXPECT_EQ(guest_.moves, 1);
}

TEST_F(FollowerTest, ArrivesWhateverTheGuestsAcceleration) {
  const std::uint32_t seed = 20260802;
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  int worst = 0;
  for (const Speed& speed : kSpeeds) {
    SCOPED_TRACE(speed.name);
    guest_.speed = speed.pixels;
    for (int i = 0; i < 200; ++i) {
      follower_.reset();
      report();
      const Point aim{static_cast<std::int32_t>(random() % MouseGuest::kScreen.width),
                      static_cast<std::int32_t>(random() % MouseGuest::kScreen.height)};
      follower_.aim(aim, now_);
      const int before = guest_.moves;
      pass(std::chrono::seconds(5));
      // Where a count is three pixels, not every pixel can be reached.
      const int reach = speed.pixels(1) > 1 ? 2 : 0;
      ASSERT_LE(std::abs(guest_.position().x - aim.x), reach) << i;
      ASSERT_LE(std::abs(guest_.position().y - aim.y), reach) << i;
      worst = std::max(worst, guest_.moves - before);
    }
  }
  EXPECT_LE(worst, Follower::kMaxTries);
}

TEST_F(FollowerTest, CorrectsOnlyOnceThePointerRests) {
  guest_.speed = [](double counts) { return counts * 2; };
  report();
  follower_.aim({0, 0}, now_);
  int expected = guest_.moves;
  for (int x = 1; x < 100; ++x) {
    follower_.aim({x, 0}, now_);
    ++expected;
    pass(milliseconds(8));
    ASSERT_EQ(guest_.moves, expected) << x;
  }
  pass(std::chrono::seconds(2));
  EXPECT_GT(guest_.moves, expected);
  EXPECT_LE(std::abs(guest_.position().x - 99), 1);
}

TEST_F(FollowerTest, SendsNothingWhileTheReportOfTheLastCorrectionIsOwed) {
  report();
  follower_.aim({0, 0}, now_);
  follower_.report({50, 0}, now_);
  pass(Follower::kRest);
  EXPECT_EQ(guest_.moves, 1);
  const HostTime sent = now_;
  guest_.report_due.reset();  // it never comes
  EXPECT_EQ(follower_.deadline(), sent + Follower::kPatience);
  pass(Follower::kPatience - Nanoseconds(1));
  EXPECT_EQ(guest_.moves, 1);
  pass(Nanoseconds(1));
  EXPECT_EQ(guest_.moves, 2);
}

TEST_F(FollowerTest, GivesUpUntilTheNextMovement) {
  guest_.speed = [](double) { return 0.0; };
  report();
  follower_.aim({10, 10}, now_);
  pass(std::chrono::minutes(1));
  EXPECT_EQ(guest_.moves, 1 + Follower::kMaxTries);
  EXPECT_EQ(follower_.deadline(), std::nullopt);
  follower_.aim({11, 10}, now_);
  pass(std::chrono::minutes(1));
  EXPECT_EQ(guest_.moves, 2 + 2 * Follower::kMaxTries);
}

TEST_F(FollowerTest, WhatItLearntInVainIsForgotten) {
  for (const bool reset : {false, true}) {
    guest_.speed = [](double) { return 0.0; };
    report();
    const Point start = guest_.position();
    follower_.aim({start.x + 10, start.y}, now_);
    pass(std::chrono::minutes(1));
    guest_.speed = [](double counts) { return counts; };
    if (reset) follower_.reset();
    const int before = guest_.moves;
    follower_.aim({start.x + 30, start.y}, now_);
    pass(std::chrono::minutes(1));
    EXPECT_EQ(guest_.position(), (Point{start.x + 30, start.y}));
    EXPECT_LE(guest_.moves - before, 2);
    follower_.reset();
  }
}

TEST_F(FollowerTest, RestsAfterReset) {
  report();
  follower_.aim({10, 10}, now_);
  follower_.reset();
  EXPECT_EQ(follower_.deadline(), std::nullopt);
  const int moves = guest_.moves;
  follower_.report({500, 500}, now_);
  pass(std::chrono::seconds(5));
  EXPECT_EQ(guest_.moves, moves);
}

TEST_F(FollowerTest, AnyReportIsBorne) {
  follower_.aim({1000, 1000}, now_);
  for (const std::int32_t far : {INT32_MIN, INT32_MAX}) {
    follower_.report({far, far}, now_);
    pass(std::chrono::seconds(60));
  }
  EXPECT_GT(guest_.moves, 0);
}

}  // namespace
}  // namespace pierglass::input
