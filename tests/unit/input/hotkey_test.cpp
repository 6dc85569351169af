// SPDX-License-Identifier: GPL-2.0-or-later
#include "input/hotkey.hpp"

#include <gtest/gtest.h>

#include "tests/support/input_model.hpp"

namespace pierglass::input {
namespace {

using std::chrono::milliseconds;

constexpr HostTime kStart{std::chrono::hours(3)};
constexpr KeyCode kTrigger = key::kRightCtrl;
constexpr KeyCode kF = 33;  // fullscreen
constexpr KeyCode kW = 17;  // nothing

class HotkeyTest : public testing::Test {
 protected:
  Hotkey::Verdict down(KeyCode key, int ms = 0) { return at(ms).on_key(key, true, now_); }
  Hotkey::Verdict up(KeyCode key, int ms = 0) { return at(ms).on_key(key, false, now_); }
  // So long after the last event; the timer rings if it is due.
  Hotkey& at(int ms) {
    now_ += milliseconds(ms);
    hotkey_.on_time(now_);
    return hotkey_;
  }

  Bindings bindings_;
  Hotkey hotkey_{bindings_};
  HostTime now_ = kStart;
};

void expect_swallowed(const Hotkey::Verdict& verdict, std::optional<Command> command = {}) {
  EXPECT_TRUE(verdict.swallow);
  EXPECT_EQ(verdict.command, command);
}

void expect_passed(const Hotkey::Verdict& verdict) {
  EXPECT_FALSE(verdict.swallow);
  EXPECT_EQ(verdict.command, std::nullopt);
}

TEST_F(HotkeyTest, ATapTogglesCaptureWhenTheKeyComesUp) {
  expect_swallowed(down(kTrigger));
  expect_swallowed(up(kTrigger, 499), Command::ToggleCapture);
  EXPECT_EQ(hotkey_.deadline(), std::nullopt);
}

TEST_F(HotkeyTest, HeldAloneItShowsTheListUntilItComesUpAndTogglesNothing) {
  down(kTrigger);
  EXPECT_EQ(hotkey_.deadline(), kStart + Hotkey::kHold);
  at(499);
  EXPECT_FALSE(hotkey_.list_shown());
  at(1);
  EXPECT_TRUE(hotkey_.list_shown());
  EXPECT_EQ(hotkey_.deadline(), std::nullopt);
  expect_swallowed(up(kTrigger, 5000));
  EXPECT_FALSE(hotkey_.list_shown());
}

TEST_F(HotkeyTest, HeldTooLongItTogglesNothingEvenWhenTheTimerIsLate) {
  down(kTrigger);
  now_ += Hotkey::kHold;
  expect_swallowed(hotkey_.on_key(kTrigger, false, now_));
}

TEST_F(HotkeyTest, WithAKeyItGivesTheCommandOnceAndTogglesNothing) {
  down(kTrigger);
  expect_swallowed(down(kF, 100), Command::ToggleFullscreen);
  EXPECT_EQ(hotkey_.deadline(), std::nullopt);
  expect_swallowed(down(kF));
  expect_swallowed(up(kF));
  expect_swallowed(up(kTrigger));
}

TEST_F(HotkeyTest, AChordsKeyIsSwallowedAlsoWhenTheTriggerIsLetGoFirst) {
  down(kTrigger);
  down(kF);
  expect_swallowed(up(kTrigger));
  expect_swallowed(up(kF));
  expect_passed(down(kF));
  expect_passed(up(kF));
}

TEST_F(HotkeyTest, AKeyWithoutACommandIsSwallowedToo) {
  down(kTrigger);
  expect_swallowed(down(kW));
  expect_swallowed(up(kTrigger));
  expect_swallowed(up(kW));
}

TEST_F(HotkeyTest, KeysFromBeforePassAndDoNotSpoilTheTap) {
  expect_passed(down(kW));
  down(kTrigger);
  expect_passed(up(kW));
  expect_swallowed(up(kTrigger), Command::ToggleCapture);
}

TEST_F(HotkeyTest, AButtonOrTheWheelSpoilsTheTapAndTheList) {
  down(kTrigger);
  hotkey_.on_other_use();
  at(600);
  EXPECT_FALSE(hotkey_.list_shown());
  expect_swallowed(up(kTrigger));
  down(kTrigger);
  hotkey_.on_other_use();
  expect_swallowed(up(kTrigger));
}

TEST_F(HotkeyTest, AChordAfterTheListAppearedWorksAndLeavesItUp) {
  down(kTrigger);
  at(500);
  expect_swallowed(down(kF), Command::ToggleFullscreen);
  EXPECT_TRUE(hotkey_.list_shown());
  expect_swallowed(up(kTrigger));
  EXPECT_FALSE(hotkey_.list_shown());
}

TEST_F(HotkeyTest, ASecondPressOfTheTriggerDoesNotBeginAnew) {
  down(kTrigger);
  expect_swallowed(down(kTrigger, 400));
  expect_swallowed(up(kTrigger, 100));
}

TEST_F(HotkeyTest, AReleaseWithoutAPressIsSwallowedAndTogglesNothing) {
  expect_swallowed(up(kTrigger));
}

TEST_F(HotkeyTest, ResetForgetsTheTriggerTheListAndSwallowedKeys) {
  down(kTrigger);
  at(500);
  down(kF);
  hotkey_.reset();
  EXPECT_FALSE(hotkey_.list_shown());
  EXPECT_EQ(hotkey_.deadline(), std::nullopt);
  expect_passed(up(kF));
  expect_passed(down(kW));
  expect_swallowed(up(kTrigger));
}

TEST(Hotkey, WithoutATriggerEverythingPasses) {
  const auto bindings = Bindings::parse("none", {});
  ASSERT_TRUE(bindings);
  Hotkey hotkey(*bindings);
  expect_passed(hotkey.on_key(kTrigger, true, kStart));
  expect_passed(hotkey.on_key(kF, true, kStart));
  expect_passed(hotkey.on_key(kTrigger, false, kStart));
  EXPECT_EQ(hotkey.deadline(), std::nullopt);
}

}  // namespace
}  // namespace pierglass::input
