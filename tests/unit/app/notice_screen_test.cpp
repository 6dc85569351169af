// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/notice_screen.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/app/loop_bench.hpp"

namespace pierglass::app {
namespace {

constexpr Nanoseconds kTick = std::chrono::milliseconds(50);
constexpr Nanoseconds kAfter = NoticeScreen::kPause + kTick;

class Notices : public testing::Test {
 protected:
  bool begins(const std::string& notice, Nanoseconds later = kTick) {
    now_ += later;
    source_.notice_text = notice;
    return screen_.look(source_, sees_, now_);
  }
  // The guest goes on like this; says how often the notice was shown.
  int go_on(const std::string& notice, Nanoseconds time) {
    int times = 0;
    for (const HostTime end = now_ + time; now_ < end;) times += begins(notice) ? 1 : 0;
    return times;
  }

  HostTime now_ = HostTime(std::chrono::hours(1));
  bool sees_ = true;
  FakeSource source_;
  NoticeScreen screen_;
};

TEST_F(Notices, AreShownOnceForAWhile) {
  EXPECT_FALSE(begins(""));
  EXPECT_FALSE(screen_.showing());
  EXPECT_TRUE(begins("too small"));
  EXPECT_EQ(go_on("too small", NoticeScreen::kShownFor - kTick), 0);
  EXPECT_TRUE(screen_.showing());
  EXPECT_EQ(go_on("too small", kTick), 0);
  EXPECT_FALSE(screen_.showing());
  EXPECT_EQ(go_on("too small", 10 * kAfter), 0);
}

TEST_F(Notices, ThatAreTakenBackLeaveTheScreen) {
  EXPECT_TRUE(begins("too small"));
  EXPECT_FALSE(begins(""));
  EXPECT_FALSE(screen_.showing());
}

TEST_F(Notices, ThatWereAwayForLongAreShownAgain) {
  EXPECT_TRUE(begins("too small"));
  EXPECT_EQ(go_on("too small", 2 * kAfter), 0);
  EXPECT_EQ(go_on("", std::chrono::seconds(30)), 0);
  EXPECT_EQ(go_on("too small", kTick), 0);
  EXPECT_EQ(go_on("", kAfter), 0);
  EXPECT_TRUE(begins("too small"));
}

TEST_F(Notices, OfAnotherSentenceOrGuestAreShown) {
  EXPECT_TRUE(begins("too small"));
  EXPECT_EQ(go_on("too small", kAfter), 0);
  EXPECT_TRUE(begins("never finished"));
  EXPECT_EQ(go_on("never finished", kAfter), 0);
  source_.told.program = "another";
  EXPECT_TRUE(begins("never finished"));
}

TEST_F(Notices, InterruptSeldomWhateverTheGuestDoes) {
  int times = 0;
  for (int i = 0; i < 12'000; ++i) {  // ten minutes
    source_.told.program = std::to_string(i);
    times += begins(i % 3 == 0 ? "" : std::to_string(i)) ? 1 : 0;
  }
  EXPECT_LE(times, 10);
  EXPECT_GE(times, 9);
}

TEST_F(Notices, WaitForSomebodyToSeeThem) {
  sees_ = false;
  EXPECT_EQ(go_on("too small", kAfter), 0);
  sees_ = true;
  EXPECT_TRUE(begins("too small"));
  sees_ = false;
  EXPECT_EQ(go_on("too small", 2 * kAfter), 0);
  sees_ = true;
  EXPECT_FALSE(begins("too small")) << "it was not away";
}

}  // namespace
}  // namespace pierglass::app
