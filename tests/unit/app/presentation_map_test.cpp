// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/presentation_map.hpp"

#include <gtest/gtest.h>

namespace pierglass::app {
namespace {

PresentationTime now_of(clockid_t clock) {
  timespec now{};
  EXPECT_EQ(clock_gettime(clock, &now), 0);
  return PresentationTime(std::chrono::seconds(now.tv_sec) + Nanoseconds(now.tv_nsec));
}

TEST(PresentationMap, TimesOfOurOwnClockStayAsTheyAre) {
  const PresentationMap map(CLOCK_MONOTONIC);
  ASSERT_TRUE(map.usable());
  const PresentationTime time{std::chrono::hours(7)};
  EXPECT_EQ(map.to_host(time).time_since_epoch(), time.time_since_epoch());
}

TEST(PresentationMap, AMomentOfAnotherClockIsTheSameMomentOfOurs) {
  for (const clockid_t clock : {CLOCK_MONOTONIC_RAW, CLOCK_REALTIME, CLOCK_BOOTTIME}) {
    const PresentationMap map(clock);
    ASSERT_TRUE(map.usable());
    const HostTime before = HostClock::now();
    const PresentationTime moment = now_of(clock);
    const HostTime mapped = map.to_host(moment);
    const HostTime after = HostClock::now();
    // The two clocks are read one after the other.
    const Nanoseconds reading = after - before;
    EXPECT_GE(mapped, before - reading);
    EXPECT_LE(mapped, after + reading);
    EXPECT_EQ(map.to_host(moment - std::chrono::seconds(1)) < mapped, true);
  }
}

TEST(PresentationMap, AClockThatThereIsNotIsUnusable) {
  EXPECT_FALSE(PresentationMap(static_cast<clockid_t>(12345)).usable());
}

}  // namespace
}  // namespace pierglass::app
