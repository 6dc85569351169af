// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/core/other_guest.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>

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

std::jthread beating(ring::GuestSession& guest) {
  return std::jthread([&guest](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      guest.beat();
      std::this_thread::yield();
    }
  });
}

TEST(OtherGuest, ABeatingGuestLives) {
  const ring::test::Region region;
  ring::GuestSession guest = region.guest();
  const std::jthread heart = beating(guest);
  EXPECT_TRUE(other_guest_lives(region.span()));
}

TEST(OtherGuest, ABeatingGuestWhoseReaderBlocksAreAllTakenLives) {
  const ring::test::Region region;
  ring::GuestSession guest = region.guest();
  std::vector<std::unique_ptr<ring::ReaderSession>> readers;
  while (readers.size() < guest.layout().reader_count)
    readers.push_back(region.reader(readers.size() + 1));
  const auto another = ring::ReaderSession::attach(region.span(), 0x1001);
  ASSERT_FALSE(another);
  ASSERT_EQ(another.error().code, ErrorCode::Busy);
  const std::jthread heart = beating(guest);
  EXPECT_TRUE(other_guest_lives(region.span()));
}

// A write would end the test program.
TEST(OtherGuest, LookingOnlyReads) {
  const ring::test::Region region;
  const ring::GuestSession guest = region.guest();
  const std::span<std::byte> bytes = region.span();
  ASSERT_EQ(mprotect(bytes.data(), bytes.size(), PROT_READ), 0);
  EXPECT_FALSE(other_guest_lives(bytes));
  ASSERT_EQ(mprotect(bytes.data(), bytes.size(), PROT_READ | PROT_WRITE), 0);
}

}  // namespace
}  // namespace pierglass::guest
