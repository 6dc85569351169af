// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/guest_log.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pierglass::app {
namespace {

using source::GuestStatus;
using Lines = std::vector<GuestLog::Line>;

constexpr Nanoseconds kBlink = std::chrono::milliseconds(50);

class GuestLogTest : public testing::Test {
 protected:
  Lines hear(const GuestNews& news, Nanoseconds later = kBlink) {
    now_ += later;
    log_.hear(news);
    return log_.take(now_);
  }

  HostTime now_ = HostTime(std::chrono::hours(1));
  GuestLog log_;
};

TEST_F(GuestLogTest, SaysAtOnceWhatIsNewAndSaysItOnce) {
  EXPECT_EQ(hear({}), Lines{}) << "nobody is there yet";
  const GuestNews live{.status = GuestStatus::Live,
                       .notice = "too small",
                       .description = {.program = "Looking Glass host B7"}};
  EXPECT_EQ(hear(live), (Lines{{.text = "guest: live"},
                               {.text = "guest: Looking Glass host B7"},
                               {.warning = true, .text = "too small"}}));
  EXPECT_EQ(hear(live, std::chrono::minutes(1)), Lines{});
  EXPECT_FALSE(log_.next());
}

TEST_F(GuestLogTest, SaysWhyMemoryIsUnreadable) {
  EXPECT_EQ(hear({.status = GuestStatus::Unreadable, .error = "layout 9"}),
            (Lines{{.text = "guest: unreadable: layout 9"}}));
}

TEST_F(GuestLogTest, HasOneLineOfEachKindASecondWhateverTheGuestDoes) {
  std::size_t lines = 0;
  for (int i = 0; i < 200; ++i) {  // ten seconds
    const std::string turn = std::to_string(i);
    lines += hear({.status = i % 2 == 0 ? GuestStatus::Live : GuestStatus::Silent,
                   .error = turn,
                   .notice = "notice " + turn,
                   .description = {.program = "program " + turn}})
                 .size();
  }
  EXPECT_LE(lines, 30U);
  EXPECT_GE(lines, 27U);
}

TEST_F(GuestLogTest, SaysTheLastStateWhenItHasSettled) {
  (void)hear({.status = GuestStatus::Live});
  EXPECT_EQ(hear({.status = GuestStatus::Silent}), Lines{});
  EXPECT_EQ(hear({.status = GuestStatus::Unreadable}), Lines{});
  ASSERT_EQ(log_.next(), now_ - 2 * kBlink + GuestLog::kInterval);
  now_ = *log_.next();
  EXPECT_EQ(log_.take(now_), (Lines{{.text = "guest: unreadable"}}));
  EXPECT_FALSE(log_.next());
}

TEST_F(GuestLogTest, SaysNothingOfAStateThatCameBackAtOnce) {
  (void)hear({.status = GuestStatus::Live, .notice = "too small"});
  EXPECT_EQ(hear({.status = GuestStatus::Silent, .notice = {}}), Lines{});
  EXPECT_EQ(hear({.status = GuestStatus::Live, .notice = "too small"}), Lines{});
  EXPECT_FALSE(log_.next());
}

}  // namespace
}  // namespace pierglass::app
