// SPDX-License-Identifier: GPL-2.0-or-later
#include "wl/pointer_lock.hpp"

#include <gtest/gtest.h>

#include "tests/unit/wl/seat_client.hpp"

namespace pierglass::wl::test {
namespace {

constexpr std::string_view kManager = "zwp_pointer_constraints_v1";

std::string lock_arguments(SeatClient& client) {
  const auto requests = client.requests();
  const std::size_t at = position(requests, kManager, "lock_pointer");
  return at == requests.size() ? "" : requests[at].arguments;
}

TEST(PointerLockTest, ItIsPersistentAndOfTheWholeSurface) {
  SeatClient client;
  client.point();
  client.seat->lock_pointer();
  EXPECT_EQ(client.heard(), Log{"locked"});
  EXPECT_TRUE(client.seat->pointer_locked());
  EXPECT_TRUE(lock_arguments(client).ends_with(", nil, 2")) << lock_arguments(client);
}

TEST(PointerLockTest, AskingAgainSendsNothing) {
  SeatClient client;
  client.point();
  for (int i = 0; i < 3; ++i) client.seat->lock_pointer();
  EXPECT_EQ(client.heard(), Log{"locked"});
  EXPECT_EQ(client.compositor.count(kManager, "lock_pointer"), 1U);
  for (int i = 0; i < 3; ++i) client.seat->unlock_pointer();
  client.settle();
  EXPECT_EQ(client.fake.state().locks, 0U);
  EXPECT_EQ(client.heard(), Log{}) << "the end that we asked for has no answer";
  client.seat->lock_pointer();
  EXPECT_EQ(client.heard(), Log{"locked"});
}

TEST(PointerLockTest, ManyChangesOfMindAreNoProtocolError) {
  SeatClient client;
  client.point();
  for (int i = 0; i < 20; ++i) {
    client.seat->lock_pointer();
    client.seat->unlock_pointer();
  }
  client.seat->lock_pointer();
  client.settle();  // fails after a protocol error
  EXPECT_EQ(client.fake.state().locks, 1U);
}

TEST(PointerLockTest, ThePointerMayComeLater) {
  SeatClient client(FakeOptions{});
  client.seat->lock_pointer();
  client.settle();
  EXPECT_TRUE(client.seat->pointer_lock_wanted());
  EXPECT_FALSE(client.seat->pointer_locked());
  client.fake.set_capabilities(false, true);
  client.settle();
  client.point();
  EXPECT_EQ(client.heard(), Log{"locked"});
}

TEST(PointerLockTest, OneThatIsNotOverTheWindowIsNotHeldButOnceItComes) {
  SeatClient client;
  client.seat->lock_pointer();
  EXPECT_EQ(client.heard(), Log{}) << "its motion would not be told";
  client.settle();
  EXPECT_EQ(client.fake.state().locks, 0U) << "it could never come";
  client.point();
  EXPECT_EQ(client.heard(), Log{"locked"});
  client.fake.pointer_leave();
  client.fake.unlock_pointer();
  client.fake.lock_pointer();
  EXPECT_EQ(client.heard(), (Log{"pointer leave", "unlocked"}));
  client.point();
  EXPECT_EQ(client.heard(), Log{"locked"});
  EXPECT_TRUE(client.seat->pointer_locked());
}

TEST(PointerLockTest, OneThatIsNoLongerWantedIsNotHeldWhenItComes) {
  SeatClient client;
  client.seat->lock_pointer();
  client.settle();
  client.seat->unlock_pointer();
  client.point();
  EXPECT_EQ(client.heard(), Log{});
  EXPECT_EQ(client.fake.state().locks, 0U);
}

TEST(PointerLockTest, TheCompositorMayAnswerLateEndItAndBeginAgain) {
  SeatClient client({.seats = {kBothDevices}, .pointer_locks = Answers::Withheld});
  client.point();
  client.seat->lock_pointer();
  EXPECT_EQ(client.heard(), Log{});
  client.fake.lock_pointer();
  client.fake.unlock_pointer();
  client.fake.lock_pointer();
  EXPECT_EQ(client.heard(), (Log{"locked", "unlocked", "locked"}));
  EXPECT_EQ(client.compositor.count(kManager, "lock_pointer"), 1U);
}

TEST(PointerLockTest, AnAnswerThatCrossesWithTheEndIsNotHeard) {
  SeatClient client({.seats = {kBothDevices}, .pointer_locks = Answers::Withheld});
  client.seat->lock_pointer();
  client.settle();
  client.fake.lock_pointer();
  client.seat->unlock_pointer();
  EXPECT_EQ(client.heard(), Log{});
  EXPECT_FALSE(client.seat->pointer_locked());
}

TEST(PointerLockTest, TheHintGoesWithTheNextCommitAndIsWhereThePointerReappears) {
  SeatClient client;
  client.draw();
  client.point();
  client.seat->lock_pointer();
  client.settle();
  client.seat->set_pointer_hint({320.5, 200});
  client.settle();
  EXPECT_FALSE(client.toplevel().commits.back().pointer_hint);
  client.draw();
  EXPECT_EQ(client.toplevel().commits.back().pointer_hint, (input::PointF{320.5, 200}));
  client.seat->unlock_pointer();
  client.settle();
  EXPECT_EQ(client.fake.state().reappeared, (input::PointF{320.5, 200}));
}

TEST(PointerLockTest, AHintWithoutACommitHasNoEffect) {
  SeatClient client;
  client.seat->lock_pointer();
  client.seat->set_pointer_hint({1, 2});
  client.seat->unlock_pointer();
  client.settle();
  EXPECT_FALSE(client.fake.state().reappeared);
}

TEST(PointerLockTest, AHintWithoutALockIsNotSentAndAnAbsurdOneIsBounded) {
  SeatClient client;
  client.point();
  client.seat->set_pointer_hint({1, 2});
  client.settle();
  EXPECT_EQ(client.compositor.count("zwp_locked_pointer_v1", "set_cursor_position_hint"), 0U);
  client.seat->lock_pointer();
  client.seat->set_pointer_hint({1e300, -1e300});
  client.draw();
  EXPECT_EQ(client.toplevel().commits.back().pointer_hint, (input::PointF{8'388'607, -8'388'607}));
}

TEST(PointerLockTest, WithoutTheGlobalThereIsNoAnswer) {
  SeatClient client({.globals = all_globals_but(kManager), .seats = {kBothDevices}});
  client.seat->lock_pointer();
  client.seat->set_pointer_hint({1, 2});
  client.seat->unlock_pointer();
  EXPECT_EQ(client.heard(), Log{});
}

TEST(ShortcutsInhibitorTest, ItIsAnsweredAndEnds) {
  SeatClient client;
  client.seat->inhibit_shortcuts(true);
  client.seat->inhibit_shortcuts(true);
  EXPECT_EQ(client.heard(), Log{"inhibited"});
  EXPECT_EQ(client.fake.state().inhibitors, 1U);
  client.fake.set_inhibited(false);
  client.fake.set_inhibited(true);
  EXPECT_EQ(client.heard(), (Log{"not inhibited", "inhibited"}));
  client.seat->inhibit_shortcuts(false);
  EXPECT_EQ(client.heard(), Log{});
  EXPECT_FALSE(client.seat->shortcuts_inhibited());
  EXPECT_EQ(client.fake.state().inhibitors, 0U);
}

TEST(ShortcutsInhibitorTest, ADesktopMayAskItsUserOrRefuse) {
  SeatClient late({.seats = {kBothDevices}, .shortcut_inhibitors = Grants::Withheld});
  late.seat->inhibit_shortcuts(true);
  EXPECT_EQ(late.heard(), Log{});
  EXPECT_FALSE(late.seat->shortcuts_inhibited());
  late.fake.set_inhibited(true);
  EXPECT_EQ(late.heard(), Log{"inhibited"});
  SeatClient never({.seats = {kBothDevices}, .shortcut_inhibitors = Grants::Denied});
  never.seat->inhibit_shortcuts(true);
  EXPECT_EQ(never.heard(), Log{"not inhibited"});
}

TEST(ShortcutsInhibitorTest, TheSeatMayComeLater) {
  SeatClient client(FakeOptions{});
  client.seat->inhibit_shortcuts(true);
  client.settle();
  client.fake.set_capabilities(true, false);
  client.settle();
  EXPECT_EQ(client.heard(), Log{"inhibited"});
}

TEST(ShortcutsInhibitorTest, WithoutTheGlobalThereIsNoAnswer) {
  SeatClient client({.globals = all_globals_but("zwp_keyboard_shortcuts_inhibit_manager_v1"),
                     .seats = {kBothDevices}});
  client.seat->inhibit_shortcuts(true);
  client.seat->inhibit_shortcuts(false);
  EXPECT_EQ(client.heard(), Log{});
}

}  // namespace
}  // namespace pierglass::wl::test
