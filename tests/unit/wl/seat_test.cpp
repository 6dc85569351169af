// SPDX-License-Identifier: GPL-2.0-or-later
#include "wl/seat.hpp"

#include <gtest/gtest.h>

#include "tests/unit/wl/seat_client.hpp"

namespace pierglass::wl::test {
namespace {

TEST(SeatTest, ASeatWithoutDevicesIsNormalAndTheyComeLate) {
  SeatClient client(FakeOptions{});
  EXPECT_EQ(client.fake.state().keyboards, 0U);
  EXPECT_EQ(client.fake.state().pointers, 0U);
  client.fake.set_capabilities(true, false);
  client.settle();
  client.settle();
  EXPECT_EQ(client.fake.state().keyboards, 1U);
  client.fake.set_capabilities(true, true);
  client.settle();
  client.settle();
  EXPECT_EQ(client.fake.state().keyboards, 1U);
  EXPECT_EQ(client.fake.state().pointers, 1U);
  client.fake.keyboard_enter();
  client.fake.pointer_enter({1, 2});
  EXPECT_EQ(client.heard(), (Log{"keyboard enter", "pointer enter 1 2"}));
}

TEST(SeatTest, ADeviceThatIsUnpluggedLeavesFirst) {
  SeatClient client;
  client.point();
  client.seat->lock_pointer();
  client.seat->inhibit_shortcuts(true);
  client.settle();
  client.fake.keyboard_enter();
  client.fake.key(30, 1);
  (void)client.heard();
  client.fake.set_capabilities(false, false);
  EXPECT_EQ(client.heard(), (Log{"not inhibited", "unlocked", "pointer leave", "keyboard leave"}));
  client.settle();
  const SeatState state = client.fake.state();
  EXPECT_EQ(state.keyboards + state.pointers + state.relative_pointers, 0U);
  EXPECT_EQ(state.locks + state.inhibitors, 0U);
}

TEST(SeatTest, OneDeviceThatGoesLeavesTheOtherAlone) {
  SeatClient client;
  client.fake.keyboard_enter();
  client.fake.pointer_enter({1, 2});
  (void)client.heard();
  client.fake.set_capabilities(true, false);
  EXPECT_EQ(client.heard(), Log{"pointer leave"});
  client.fake.key(30, 1);
  EXPECT_EQ(client.heard(), Log{"key 30 down"});
  client.fake.set_capabilities(true, true);
  client.settle();
  client.settle();
  client.fake.set_capabilities(false, true);
  EXPECT_EQ(client.heard(), Log{"keyboard leave"});
}

TEST(SeatTest, ADeviceThatWasNotOnTheWindowDoesNotLeave) {
  SeatClient client;
  client.fake.set_capabilities(false, false);
  EXPECT_EQ(client.heard(), Log{});
}

TEST(SeatTest, WhatIsWantedIsDoneAgainWithTheNextDevice) {
  SeatClient client;
  client.point();
  client.seat->lock_pointer();
  client.seat->inhibit_shortcuts(true);
  EXPECT_EQ(client.heard(), (Log{"locked", "inhibited"}));
  client.fake.set_capabilities(false, false);
  EXPECT_EQ(client.heard(), (Log{"not inhibited", "unlocked", "pointer leave"}));
  client.fake.set_capabilities(true, true);
  client.settle();
  EXPECT_EQ(client.heard(), Log{"inhibited"});
  client.point();
  EXPECT_EQ(client.heard(), Log{"locked"});
  EXPECT_TRUE(client.seat->pointer_locked());
  EXPECT_TRUE(client.seat->shortcuts_inhibited());
}

TEST(SeatTest, AnswersFromInsideTheEventsAreHeeded) {
  SeatClient client;
  client.point();
  client.seat->lock_pointer();
  (void)client.heard();
  client.events.heard = [&](const std::string& words) {
    if (words == "unlocked" || words == "pointer leave") client.seat->unlock_pointer();
  };
  client.fake.set_capabilities(true, false);
  EXPECT_EQ(client.heard(), (Log{"unlocked", "pointer leave"}));
  client.fake.set_capabilities(true, true);
  client.settle();
  EXPECT_EQ(client.heard(), Log{}) << "no lock is wanted any more";
}

TEST(SeatTest, OfSeveralSeatsTheFirstThatHasADeviceIsServed) {
  SeatClient client({.seats = {{.name = "empty"}, {.name = "seat0", .keyboard = true}}});
  client.fake.keyboard_enter();
  EXPECT_EQ(client.heard(), Log{"keyboard enter"});
  FakeSeat first = client.compositor.seat("empty");
  first.set_capabilities(true, true);
  client.settle();
  client.settle();
  EXPECT_EQ(first.state().keyboards, 0U) << "the one in use stays";
  client.fake.remove();
  EXPECT_EQ(client.heard(), Log{"keyboard leave"});
  client.settle();
  EXPECT_EQ(first.state().keyboards, 1U);
  first.keyboard_enter();
  EXPECT_EQ(client.heard(), Log{"keyboard enter"});
}

TEST(SeatTest, ASeatThatComesLateIsServed) {
  SeatClient client({.seats = {}});
  client.compositor.add_seat({.name = "late", .keyboard = true, .pointer = true});
  client.settle();
  client.settle();
  client.settle();
  FakeSeat late = client.compositor.seat("late");
  EXPECT_EQ(late.state().pointers, 1U);
  late.remove();
  client.settle();
  client.settle();
  EXPECT_EQ(late.state().pointers, 0U);
}

TEST(SeatTest, ItEndsSilentlyAndBeforeTheWindow) {
  SeatClient client;
  client.point();
  client.seat->lock_pointer();
  client.seat->inhibit_shortcuts(true);
  client.fake.keyboard_enter();
  (void)client.heard();
  client.seat.reset();
  EXPECT_EQ(client.heard(), Log{});
  client.window.reset();
  client.settle();  // fails after a protocol error
  const SeatState state = client.fake.state();
  EXPECT_EQ(state.keyboards + state.pointers + state.locks + state.inhibitors, 0U);
  client.fake.set_capabilities(false, false);
  client.settle();
}

struct EachSeatVersion : testing::TestWithParam<std::uint32_t> {};
INSTANTIATE_TEST_SUITE_P(Offered, EachSeatVersion, testing::Range(1U, 9U));

TEST_P(EachSeatVersion, IsUsedAndLetGo) {
  SeatClient client({.globals = all_globals_with("wl_seat", GetParam()), .seats = {kBothDevices}});
  client.fake.keyboard_enter({30});
  client.fake.key(30, 0);
  client.fake.pointer_enter({1, 2});
  client.fake.pointer_motion({3, 4});
  client.fake.button(0x110, true);
  EXPECT_EQ(client.heard(), (Log{"keyboard enter 30", "key 30 up", "pointer enter 1 2",
                                 "motion 3 4", "left down"}));
  client.seat.reset();
  client.settle();
  const bool has_release = GetParam() >= 3;
  EXPECT_EQ(client.compositor.count("wl_pointer", "release"), has_release ? 1U : 0U);
  EXPECT_EQ(client.compositor.count("wl_keyboard", "release"), has_release ? 1U : 0U);
}

}  // namespace
}  // namespace pierglass::wl::test
