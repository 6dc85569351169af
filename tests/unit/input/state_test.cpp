// SPDX-License-Identifier: GPL-2.0-or-later
// What is pressed, what is awaited, and the lock keys.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "input/awaited.hpp"
#include "input/ledger.hpp"
#include "input/lock_sync.hpp"
#include "tests/support/input_model.hpp"

namespace pierglass::input {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr HostTime kStart{std::chrono::hours(3)};
constexpr Nanoseconds kTick{1};

TEST(Ledger, KnowsWhatIsNews) {
  Ledger ledger;
  EXPECT_FALSE(ledger.release(KeyCode{30}));
  EXPECT_TRUE(ledger.press(KeyCode{30}));
  EXPECT_FALSE(ledger.press(KeyCode{30}));
  EXPECT_TRUE(ledger.press(kKeyCount - 1));
  EXPECT_TRUE(ledger.press(KeyCode{0}));
  EXPECT_TRUE(ledger.press(Button::Extra));
  EXPECT_FALSE(ledger.press(Button::Extra));
  EXPECT_TRUE(ledger.pressed(30));
  EXPECT_TRUE(ledger.release(KeyCode{30}));
  EXPECT_FALSE(ledger.pressed(30));
  EXPECT_TRUE(ledger.release(Button::Extra));
  EXPECT_FALSE(ledger.release(Button::Extra));
}

TEST(Ledger, ReleasesAllOnce) {
  test::ModelGuest guest;
  guest.connected = true;
  Ledger ledger;
  for (const KeyCode key : {KeyCode{767}, KeyCode{30}}) {
    ASSERT_TRUE(ledger.press(key));
    guest.key(key, true);
  }
  ASSERT_TRUE(ledger.press(Button::Left));
  guest.button(Button::Left, true);
  guest.take_log();
  ledger.release_all(guest);
  EXPECT_THAT(guest.take_log(), ElementsAre("release button 0", "release 30", "release 767"));
  ledger.release_all(guest);
  EXPECT_THAT(guest.log, IsEmpty());
  EXPECT_EQ(guest.wrong, "");
}

TEST(Ledger, WhatIsForgottenIsNotReleased) {
  test::ModelGuest guest;
  Ledger ledger;
  ASSERT_TRUE(ledger.press(KeyCode{30}));
  ASSERT_TRUE(ledger.press(Button::Side));
  ledger.forget();
  ledger.release_all(guest);
  EXPECT_THAT(guest.log, IsEmpty());
}

TEST(Awaited, IsRefusedWhenNoAnswerCameInTime) {
  Awaited answer;
  EXPECT_FALSE(answer.owed());
  answer.ask(true, kStart);
  EXPECT_TRUE(answer.owed());
  EXPECT_EQ(answer.deadline(), kStart + Awaited::kPatience);
  answer.on_time(kStart + Awaited::kPatience - kTick);
  EXPECT_TRUE(answer.owed());
  answer.on_time(kStart + Awaited::kPatience);
  EXPECT_TRUE(answer.refused());
  EXPECT_FALSE(answer.owed());
  answer.grant();
  EXPECT_TRUE(answer.granted());
}

TEST(Awaited, WaitsForeverWithoutTheFocusAndAnewWithIt) {
  Awaited answer;
  answer.ask(true, kStart);
  answer.on_blur();
  EXPECT_EQ(answer.deadline(), std::nullopt);
  const HostTime later = kStart + std::chrono::hours(1);
  answer.on_time(later);
  EXPECT_TRUE(answer.owed());
  answer.on_focus(later);
  EXPECT_EQ(answer.deadline(), later + Awaited::kPatience);
  answer.refuse();
  answer.on_focus(later);
  EXPECT_TRUE(answer.owed());
}

TEST(Awaited, FocusChangesNeitherWhatIsGrantedNorWhatNobodyAskedFor) {
  Awaited answer;
  answer.on_focus(kStart);
  EXPECT_FALSE(answer.owed());
  answer.ask(true, kStart);
  answer.grant();
  answer.on_blur();
  answer.on_focus(kStart);
  EXPECT_TRUE(answer.granted());
  EXPECT_EQ(answer.deadline(), std::nullopt);
  answer.cancel();
  EXPECT_FALSE(answer.granted());
}

constexpr Locks kNone{};
constexpr Locks kCaps{.caps = true};
constexpr Locks kNum{.num = true};

TEST(LockSync, SetsTheDesktopsStateWhenTheKeyboardComes) {
  LockSync sync;
  EXPECT_EQ(sync.on_connect(), std::nullopt);
  sync.on_guest(kNone);
  EXPECT_EQ(sync.on_desktop(kNum, kStart), std::nullopt);  // not focused yet
  sync.on_focus(kStart);
  EXPECT_EQ(sync.on_desktop(kCaps, kStart), kCaps);
  EXPECT_EQ(sync.deadline(), std::nullopt);
}

TEST(LockSync, TakesTheStateFromBeforeWhenNoneIsToldAfterTheKeyboardCame) {
  LockSync sync;
  static_cast<void>(sync.on_connect());
  static_cast<void>(sync.on_desktop(kNum, kStart));
  sync.on_focus(kStart);
  EXPECT_EQ(sync.deadline(), kStart + LockSync::kEnter);
  EXPECT_EQ(sync.on_time(kStart + LockSync::kEnter - kTick), std::nullopt);
  EXPECT_EQ(sync.on_time(kStart + LockSync::kEnter), kNum);
  EXPECT_EQ(sync.deadline(), std::nullopt);
}

TEST(LockSync, SetsTheStateWhenTheGuestConnectsUnderAFocusedWindow) {
  LockSync sync;
  sync.on_focus(kStart);
  EXPECT_EQ(sync.on_desktop(kCaps, kStart), std::nullopt);  // no guest yet
  EXPECT_EQ(sync.on_connect(), kCaps);
  sync.on_disconnect();
  sync.on_blur();
  EXPECT_EQ(sync.on_connect(), std::nullopt);
}

TEST(LockSync, SetsNothingThatTheGuestHasAlready) {
  LockSync sync;
  static_cast<void>(sync.on_connect());
  sync.on_guest(kNum);
  sync.on_focus(kStart);
  EXPECT_EQ(sync.on_desktop(kNum, kStart), std::nullopt);
}

// Focused, connected, both with no lock.
LockSync in_step() {
  LockSync sync;
  static_cast<void>(sync.on_connect());
  sync.on_guest(kNone);
  sync.on_focus(kStart);
  EXPECT_EQ(sync.on_desktop(kNone, kStart), std::nullopt);
  return sync;
}

TEST(LockSync, LeavesALockKeyToTheGuest) {
  LockSync sync = in_step();
  sync.on_lock_key(kStart);
  EXPECT_EQ(sync.on_desktop(kCaps, kStart), std::nullopt);
  sync.on_guest(kCaps);
  EXPECT_EQ(sync.on_time(kStart + LockSync::kSettle), std::nullopt);
  EXPECT_EQ(sync.deadline(), std::nullopt);
}

TEST(LockSync, SetsOnceWhatStillDiffersAndThenLeavesTheGuestAlone) {
  LockSync sync = in_step();
  sync.on_lock_key(kStart);
  EXPECT_EQ(sync.on_desktop(kCaps, kStart + milliseconds(1)), std::nullopt);
  EXPECT_EQ(sync.deadline(), kStart + milliseconds(1) + LockSync::kSettle);
  EXPECT_EQ(sync.on_time(kStart + LockSync::kSettle), std::nullopt);
  EXPECT_EQ(sync.on_time(kStart + milliseconds(1) + LockSync::kSettle), kCaps);
  sync.on_guest(kCaps);
  sync.on_guest(kNone);  // a program fights
  EXPECT_EQ(sync.deadline(), std::nullopt);
  EXPECT_EQ(sync.on_time(kStart + std::chrono::hours(1)), std::nullopt);
  sync.on_lock_key(kStart + std::chrono::hours(2));
  EXPECT_EQ(sync.on_time(kStart + std::chrono::hours(3)), kCaps);
}

TEST(LockSync, DoesNotCorrectAGuestThatReportsNothing) {
  LockSync sync;
  static_cast<void>(sync.on_connect());
  sync.on_focus(kStart);
  EXPECT_EQ(sync.on_desktop(kNone, kStart), kNone);
  EXPECT_EQ(sync.on_desktop(kCaps, kStart), std::nullopt);
  EXPECT_EQ(sync.on_time(kStart + LockSync::kSettle), std::nullopt);
}

TEST(LockSync, RestsWithoutTheFocus) {
  LockSync sync = in_step();
  sync.on_lock_key(kStart);
  sync.on_blur();
  EXPECT_EQ(sync.deadline(), std::nullopt);
  EXPECT_EQ(sync.on_desktop(kCaps, kStart), std::nullopt);
  EXPECT_EQ(sync.on_time(kStart + std::chrono::hours(1)), std::nullopt);
}

}  // namespace
}  // namespace pierglass::input
