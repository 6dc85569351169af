// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include "tests/unit/ring/ring_region.hpp"

namespace pierglass::ring {
namespace {

using namespace test;

wire::ControlMessage at(std::int32_t x) {
  return {.type = wire::ControlType::SetCursorPosition,
          .position = {x, 0},
          .size = {},
          .millihertz = 0,
          .run = false};
}

TEST(Control, MessagesArriveInOrder) {
  Region region;
  GuestSession guest = region.guest();
  const auto reader = region.reader();
  EXPECT_FALSE(guest.next_control().has_value());
  ASSERT_TRUE(reader->send(at(1)));
  ASSERT_TRUE(reader->send({.type = wire::ControlType::SetMode,
                            .position = {},
                            .size = {1920, 1080},
                            .millihertz = 144'000,
                            .run = false}));
  ASSERT_TRUE(reader->send({.type = wire::ControlType::SetCapture,
                            .position = {},
                            .size = {},
                            .millihertz = 0,
                            .run = true}));
  EXPECT_EQ(guest.next_control()->position, (Point{1, 0}));
  const auto mode = guest.next_control();
  EXPECT_EQ(mode->size, (Size{1920, 1080}));
  EXPECT_EQ(mode->millihertz, 144'000u);
  EXPECT_TRUE(guest.next_control()->run);
  EXPECT_FALSE(guest.next_control().has_value());
  EXPECT_EQ(guest.dropped_control(), 0u);
}

TEST(Control, AFullRingIsBusyUntilTheGuestReads) {
  Region region;
  GuestSession guest = region.guest();
  const auto reader = region.reader();
  for (std::uint32_t i = 0; i < wire::kControlEntries; ++i) ASSERT_TRUE(reader->send(at(int(i))));
  EXPECT_EQ(reader->send(at(99)).error().code, ErrorCode::Busy);
  EXPECT_EQ(guest.next_control()->position.x, 0);
  EXPECT_TRUE(reader->send(at(99)));
  for (int i = 1; i < int{wire::kControlEntries}; ++i) {
    EXPECT_EQ(guest.next_control()->position.x, i);
  }
  EXPECT_EQ(guest.next_control()->position.x, 99);
}

TEST(Control, ReadersTakeTurns) {
  Region region;
  GuestSession guest = region.guest();
  const auto a = region.reader(1);
  const auto b = region.reader(2);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(a->send(at(10 + i)));
    ASSERT_TRUE(b->send(at(20 + i)));
  }
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(guest.next_control()->position.x, 10 + i);
    EXPECT_EQ(guest.next_control()->position.x, 20 + i);
  }
}

TEST(Control, NonsenseIsDroppedAndCounted) {
  Region region;
  GuestSession guest = region.guest();
  const auto reader = region.reader();
  ASSERT_TRUE(reader->send(at(-7)));
  ASSERT_TRUE(reader->send(at(5)));
  EXPECT_EQ(guest.next_control()->position.x, 5);
  EXPECT_EQ(guest.dropped_control(), 1u);
}

TEST(Control, AnImpossibleHeadIsResynchronised) {
  Region region;
  GuestSession guest = region.guest();
  const auto reader = region.reader();
  region.word<std::uint32_t>(guest.layout().reader_at(0) + offsetof(wire::RawReader, control_head))
      .store(1'000'000);
  EXPECT_FALSE(guest.next_control().has_value());
  EXPECT_EQ(guest.dropped_control(), 1u);
  ASSERT_TRUE(reader->send(at(5)));
  EXPECT_EQ(guest.next_control()->position.x, 5);
}

TEST(Control, TheCountersMayWrapAround) {
  Region region;
  GuestSession guest = region.guest();
  const auto reader = region.reader();
  region.word<std::uint32_t>(guest.layout().reader_at(0) + offsetof(wire::RawReader, control_head))
      .store(0xffff'fffa);
  EXPECT_FALSE(guest.next_control().has_value());
  for (int i = 0; i < 40; ++i) {
    ASSERT_TRUE(reader->send(at(i)));
    ASSERT_EQ(guest.next_control()->position.x, i);
  }
}

TEST(Control, ANewOwnerOfABlockStartsEmpty) {
  Region region({.reader_count = 1});
  GuestSession guest = region.guest();
  auto reader = region.reader(1);
  ASSERT_TRUE(reader->send(at(1)));
  reader.reset();
  reader = region.reader(2);
  EXPECT_FALSE(guest.next_control().has_value());
  ASSERT_TRUE(reader->send(at(2)));
  EXPECT_EQ(guest.next_control()->position.x, 2);
}

}  // namespace
}  // namespace pierglass::ring
