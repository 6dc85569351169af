// SPDX-License-Identifier: GPL-2.0-or-later
#include "wl/pointer.hpp"

#include <gtest/gtest.h>
#include <linux/input-event-codes.h>
#include <wayland-client.h>

#include "tests/unit/wl/seat_client.hpp"

namespace pierglass::wl::test {
namespace {

// wl_pointer.axis_source
constexpr std::uint32_t kWheelSource = 0;
constexpr std::uint32_t kFinger = 1;
constexpr std::uint32_t kContinuous = 2;

FakeOptions seat_of_version(std::uint32_t version) {
  return {.globals = all_globals_with("wl_seat", version), .seats = {kBothDevices}};
}

struct PointerTest : testing::Test {
  std::unique_ptr<SeatClient> client;
  void open(std::uint32_t version = 8) {
    client = std::make_unique<SeatClient>(seat_of_version(version));
    client->fake.pointer_enter({10, 20});
    EXPECT_EQ(client->heard(), Log{"pointer enter 10 20"});
  }
};

TEST_F(PointerTest, PositionsAreLogicalWithFractions) {
  open();
  client->fake.pointer_motion({10.5, 20.25});
  client->fake.pointer_motion({-1, 0});
  client->fake.pointer_leave();
  EXPECT_EQ(client->heard(), (Log{"motion 10.5 20.25", "motion -1 0", "pointer leave"}));
}

TEST_F(PointerTest, FiveButtonsAreKnownUnderTheirSevenNames) {
  open();
  for (const int code :
       {BTN_LEFT, BTN_RIGHT, BTN_MIDDLE, BTN_SIDE, BTN_EXTRA, BTN_BACK, BTN_FORWARD, BTN_TASK})
    client->fake.button(static_cast<std::uint32_t>(code), true);
  client->fake.button(BTN_SIDE, false);
  EXPECT_EQ(client->heard(), (Log{"left down", "right down", "middle down", "side down",
                                  "extra down", "side down", "extra down", "side up"}));
}

TEST_F(PointerTest, EventsOfAnotherSurfaceAreNotOurs) {
  SeatClient other(seat_of_version(8));
  const Proxy<wl_surface> surface(wl_compositor_create_surface(other.registry->compositor()));
  other.settle();
  const std::uint32_t id = wl_proxy_get_id(reinterpret_cast<wl_proxy*>(surface.get()));
  other.fake.pointer_enter({1, 2}, id);
  other.fake.pointer_motion({3, 4});
  other.fake.button(BTN_LEFT, true);
  other.fake.scroll({.distance = 15, .value120 = 120});
  other.fake.pointer_leave(id);
  EXPECT_EQ(other.heard(), Log{});
  EXPECT_EQ(other.compositor.count("wl_pointer", "set_cursor"), 0U);
  other.fake.pointer_enter({5, 6});
  other.fake.pointer_leave(id);
  other.fake.pointer_motion({7, 8});
  EXPECT_EQ(other.heard(), (Log{"pointer enter 5 6", "motion 7 8"}));
}

TEST_F(PointerTest, AWheelOfVersion8IsToldInPartsOfANotch) {
  open();
  client->fake.scroll({.distance = 15, .value120 = 120, .source = kWheelSource});
  client->fake.scroll({.distance = -1.875, .value120 = -15, .source = kWheelSource});
  client->fake.scroll({.axis = 1, .distance = 15, .value120 = 120, .source = 3});
  EXPECT_EQ(client->heard(), (Log{"vertical 120 0", "vertical -15 0", "horizontal 120 0"}))
      << "each notch once";
}

TEST_F(PointerTest, AWheelOfVersions5To7IsToldInNotches) {
  for (const std::uint32_t version : {5U, 6U, 7U}) {
    open(version);
    client->fake.scroll({.distance = 30, .notches = 2, .source = kWheelSource});
    client->fake.scroll({.axis = 1, .distance = -15, .notches = -1});
    EXPECT_EQ(client->heard(), (Log{"vertical 240 0", "horizontal -120 0"})) << version;
  }
}

TEST_F(PointerTest, AnOldWheelIsADistanceAtOnce) {
  for (const std::uint32_t version : {1U, 4U}) {
    open(version);
    client->fake.scroll_without_frame({.distance = 10});
    client->fake.scroll_without_frame({.axis = 1, .distance = -2.5});
    EXPECT_EQ(client->heard(), (Log{"vertical 0 10", "horizontal 0 -2.5"})) << version;
  }
}

TEST_F(PointerTest, AFingersWayIsADistance) {
  open();
  client->fake.scroll({.distance = 2.5, .source = kFinger});
  client->fake.scroll({.distance = 3, .value120 = 24, .source = kContinuous});
  EXPECT_EQ(client->heard(), (Log{"vertical 0 2.5", "vertical 0 3"}));
  open(7);
  client->fake.scroll({.distance = -4, .notches = -1, .source = kFinger});
  EXPECT_EQ(client->heard(), Log{"vertical 0 -4"});
}

TEST_F(PointerTest, AFrameIsOneTurnOfEachAxis) {
  open();
  client->fake.scroll_without_frame({.distance = 15, .value120 = 120});
  client->fake.scroll_without_frame({.axis = 1, .distance = 7.5, .value120 = 60});
  client->fake.scroll_without_frame({.distance = 15, .value120 = 120});
  client->fake.scroll_without_frame({.axis = 2, .distance = 15, .value120 = 120});
  EXPECT_EQ(client->heard(), Log{});
  client->fake.frame();
  EXPECT_EQ(client->heard(), (Log{"vertical 240 0", "horizontal 60 0"}));
  client->fake.frame();
  EXPECT_EQ(client->heard(), Log{});
}

TEST_F(PointerTest, TheSourceOfOneFrameDoesNotCountInTheNext) {
  open();
  client->fake.scroll({.distance = 1, .source = kFinger});
  client->fake.scroll({.distance = 15, .value120 = 120});
  EXPECT_EQ(client->heard(), (Log{"vertical 0 1", "vertical 120 0"}));
}

TEST_F(PointerTest, AbsurdTurnsAreBounded) {
  open();
  constexpr std::int32_t kMost = 0x7fffffff;
  client->fake.scroll_without_frame({.value120 = kMost});
  client->fake.scroll({.value120 = kMost});
  EXPECT_EQ(client->heard(), Log{"vertical 2147483647 0"});
  open(7);
  client->fake.scroll({.notches = -kMost});
  EXPECT_EQ(client->heard(), Log{"vertical -2147483648 0"});
}

TEST_F(PointerTest, AHalfTurnIsForgottenWhenThePointerLeaves) {
  open();
  client->fake.scroll_without_frame({.distance = 15, .value120 = 120});
  client->fake.pointer_leave();
  client->fake.pointer_enter({1, 2});
  EXPECT_EQ(client->heard(), (Log{"pointer leave", "pointer enter 1 2"}));
}

TEST_F(PointerTest, MotionAndButtonsDoNotWaitForTheirFrame) {
  open();
  client->fake.scroll_without_frame({.distance = 15, .value120 = 120});
  client->fake.pointer_motion({1, 1});  // and the end of the frame
  EXPECT_EQ(client->heard(), (Log{"motion 1 1", "vertical 120 0"}));
}

TEST_F(PointerTest, RelativeMotionIsToldInBothKindsWhileALockIsWanted) {
  open();
  client->fake.relative_motion({1, 1}, {2, 2});
  EXPECT_EQ(client->heard(), Log{});
  client->seat->lock_pointer();
  client->settle();
  client->fake.relative_motion({-3.5, 2.25}, {-7, 4.5});
  EXPECT_EQ(client->heard(), (Log{"locked", "relative -3.5 2.25 -7 4.5"}));
  client->seat->unlock_pointer();
  client->settle();
  EXPECT_EQ(client->fake.state().relative_pointers, 0U);
}

TEST_F(PointerTest, WithoutRelativeMotionTheLockIsStillAskedFor) {
  SeatClient other(
      {.globals = all_globals_but("zwp_relative_pointer_manager_v1"), .seats = {kBothDevices}});
  other.point();
  other.seat->lock_pointer();
  EXPECT_EQ(other.heard(), Log{"locked"});
}

}  // namespace
}  // namespace pierglass::wl::test
