// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/core/other_guest.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "tests/unit/ring/ring_region.hpp"

namespace pierglass::guest {
namespace {

TEST(OtherGuest, EmptyMemoryHasNone) {
  const ring::test::Region region;
  const HostTime before = HostClock::now();
  EXPECT_FALSE(other_guest_lives(region.span()));
  EXPECT_LT(HostClock::now() - before, kWatchForOther);
}

TEST(OtherGuest, AGuestThatStoppedBeatingIsDead) {
  const ring::test::Region region;
  ring::GuestSession guest = region.guest();
  guest.beat();
  EXPECT_FALSE(other_guest_lives(region.span()));
}

TEST(OtherGuest, ABeatingGuestLives) {
  const ring::test::Region region;
  ring::GuestSession guest = region.guest();
  const std::jthread heart([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      guest.beat();
      std::this_thread::yield();
    }
  });
  EXPECT_TRUE(other_guest_lives(region.span()));
}

TEST(OtherGuest, LookingLeavesNoReaderBehind) {
  const ring::test::Region region;
  const ring::GuestSession guest = region.guest();
  EXPECT_FALSE(other_guest_lives(region.span()));
  EXPECT_EQ(guest.demand().readers, 0u);
}

}  // namespace
}  // namespace pierglass::guest
