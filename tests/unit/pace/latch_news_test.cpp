// SPDX-License-Identifier: GPL-2.0-or-later
#include "pace/latch_news.hpp"

#include <gtest/gtest.h>

namespace pierglass::pace {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr HostTime kStart{std::chrono::hours(3)};

TEST(LatchNews, EachLatchIsToldOnceAsADuration) {
  LatchNews latches;
  EXPECT_EQ(latches.news(kStart, kStart + milliseconds(10)), milliseconds(10));
  EXPECT_EQ(latches.news(kStart + milliseconds(5), kStart + milliseconds(10)), std::nullopt);
  EXPECT_EQ(latches.news(kStart + milliseconds(11), kStart + milliseconds(26)), milliseconds(15));
}

TEST(LatchNews, WhatHardlyMovedIsNotTold) {
  LatchNews latches;
  const HostTime latch = kStart + milliseconds(10);
  (void)latches.news(kStart, latch);
  const HostTime now = kStart + milliseconds(5);
  EXPECT_EQ(latches.news(now, latch + LatchNews::kAlike), std::nullopt);
  EXPECT_EQ(latches.news(now, latch - LatchNews::kAlike), std::nullopt);
  EXPECT_EQ(latches.news(now, latch - microseconds(101)), milliseconds(5) - microseconds(101));
}

TEST(LatchNews, APredictionThatNeverRestsIsToldNowAndThen) {
  LatchNews latches;
  int told = 0;
  for (int i = 0; i < 1000; ++i) {
    const HostTime now = kStart + i * microseconds(100);
    const auto latch = now + milliseconds(1 + i % 7);
    if (latches.news(now, latch)) ++told;
  }
  EXPECT_GE(told, 20);
  EXPECT_LE(told, 25) << "in 100 ms";
}

TEST(LatchNews, ThatNoneIsKnownIsToldOnceAtOnce) {
  LatchNews latches;
  EXPECT_EQ(latches.news(kStart, std::nullopt), std::nullopt) << "the guest knows of none";
  (void)latches.news(kStart, kStart + milliseconds(10));
  EXPECT_EQ(latches.news(kStart, std::nullopt), Nanoseconds::zero());
  EXPECT_EQ(latches.news(kStart, std::nullopt), std::nullopt);
}

TEST(LatchNews, WhatIsOverIsNoNews) {
  LatchNews latches;
  EXPECT_EQ(latches.news(kStart, kStart), std::nullopt);
  EXPECT_EQ(latches.news(kStart, kStart - milliseconds(1)), std::nullopt);
}

}  // namespace
}  // namespace pierglass::pace
