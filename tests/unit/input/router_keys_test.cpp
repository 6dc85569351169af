// SPDX-License-Identifier: GPL-2.0-or-later
// What is pressed and released in the guest, chords and commands, lock keys.
#include <functional>

#include "tests/unit/input/router_fixture.hpp"

namespace pierglass::input {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;

using RouterKeys = RouterTest;

TEST_F(RouterKeys, KeysGoToTheGuestWhileTheWindowHasTheKeyboard) {
  start();
  guest_.take_log();
  type(kA);
  EXPECT_THAT(sent(), IsEmpty());
  focus();
  type(kA);
  EXPECT_THAT(sent(), ElementsAre("press 30", "release 30"));
  press(kA);
  press(kA);  // a second keyboard
  release(kA);
  release(kA);
  EXPECT_THAT(sent(), ElementsAre("press 30", "release 30"));
  router_->on_keyboard_leave();
  type(kA);
  EXPECT_THAT(sent(), IsEmpty());
}

// Everything after which nothing may stay pressed.
struct Loss {
  const char* name;
  std::function<void(Router&, WindowFacts)> happens;
};

const Loss kLosses[] = {
    {"keyboard leaves", [](Router& router, WindowFacts) { router.on_keyboard_leave(); }},
    {"suspended",
     [](Router& router, WindowFacts facts) {
       facts.suspended = true;
       router.on_window(facts);
     }},
    {"unmapped",
     [](Router& router, WindowFacts facts) {
       facts.mapped = false;
       router.on_window(facts);
     }},
    {"deactivated",
     [](Router& router, WindowFacts facts) {
       facts.activated = false;
       router.on_window(facts);
     }},
    {"release-all", [](Router& router, WindowFacts) { router.perform(Command::ReleaseAll); }},
    {"keyboard enters once more",
     [](Router& router, WindowFacts) { router.on_keyboard_enter(std::array{kA}); }},
};

TEST_F(RouterKeys, WhateverTakesTheInputAwayReleasesAllAndLaterReleasesAreDropped) {
  for (const Loss& loss : kLosses) {
    for (const bool captured : {false, true}) {
      SCOPED_TRACE(testing::Message() << loss.name << (captured ? ", captured" : ""));
      guest_.connect(false);
      if (captured) {
        enter_captured();
      } else {
        enter();
      }
      press(kA);
      press(kW);
      router_->on_button(Button::Left, true);
      guest_.take_log();
      loss.happens(*router_, facts_);
      EXPECT_TRUE(guest_.keys.empty());
      EXPECT_TRUE(guest_.buttons.empty());
      guest_.take_log();
      release(kA);
      release(kW);
      router_->on_button(Button::Left, false);
      EXPECT_THAT(sent(), IsEmpty());
      if (host_.lock_asked) router_->release();
    }
  }
}

TEST_F(RouterKeys, UnlockingByTheDesktopReleasesAll) {
  enter_captured();
  press(kA);
  router_->on_button(Button::Right, true);
  router_->on_pointer_unlocked();
  EXPECT_TRUE(guest_.keys.empty() && guest_.buttons.empty());
  EXPECT_TRUE(router_->capture_wanted());
}

TEST_F(RouterKeys, ALostConnectionIsOnlyForgottenAndANewOneBeginsWithNothingPressed) {
  enter();
  press(kA);
  router_->on_button(Button::Left, true);
  guest_.take_log();
  disconnect();
  release(kA);
  press(kW);
  EXPECT_THAT(sent(), IsEmpty());
  connect();
  guest_.take_log();
  release(kW);
  router_->on_button(Button::Left, false);
  EXPECT_THAT(sent(), IsEmpty());
  type(kW);
  EXPECT_THAT(sent(), ElementsAre("press 17", "release 17"));
}

TEST_F(RouterKeys, TheEndReleasesAll) {
  enter();
  press(kA);
  router_->on_button(Button::Left, true);
  guest_.take_log();
  router_.reset();
  EXPECT_THAT(sent(), ElementsAre("release button 0", "release 30"));
}

TEST_F(RouterKeys, KeysThatWereDownBeforeAreNeverPressed) {
  start();
  focus({kA, kTrigger, 5000});
  guest_.take_log();
  press(kA);
  release(kA);
  type(kF);  // the trigger held from before makes no chord
  release(kTrigger);
  EXPECT_THAT(sent(), ElementsAre("press 33", "release 33"));
  EXPECT_FALSE(router_->capture_wanted());
  type(kA);
  EXPECT_THAT(sent(), ElementsAre("press 30", "release 30"));
}

TEST_F(RouterKeys, KeysBeyondTheLastAreDropped) {
  enter();
  for (const KeyCode key : {kKeyCount, KeyCode{UINT32_MAX}}) type(key);
  EXPECT_THAT(sent(), IsEmpty());
}

TEST_F(RouterKeys, AWindowThatIsNeverActivatedHasItsKeysAllTheSame) {
  facts_.activated = false;
  enter();
  type(kA);
  EXPECT_THAT(sent(), ElementsAre("press 30", "release 30"));
}

TEST_F(RouterKeys, AnActivatedWindowGetsItsKeysBackWithoutANewKeyboard) {
  enter();
  WindowFacts other = facts_;
  other.activated = false;
  router_->on_window(other);
  type(kA);
  EXPECT_THAT(sent(), IsEmpty());
  router_->on_window(facts_);
  type(kA);
  EXPECT_THAT(sent(), ElementsAre("press 30", "release 30"));
}

TEST_F(RouterKeys, NeitherTriggerNorChordReachesTheGuest) {
  enter();
  chord(kF);
  chord(kA);
  press(kTrigger);
  press(kF);
  release(kTrigger);
  release(kF);
  EXPECT_THAT(sent(), IsEmpty());
  EXPECT_THAT(host_.ran, ElementsAre(Command::ToggleFullscreen, Command::ToggleFullscreen));
  EXPECT_FALSE(router_->capture_wanted());
}

TEST_F(RouterKeys, ChordsWorkWithoutAGuestAndWhereCaptureIsForbidden) {
  enter({.when = CaptureWhen::Never});
  disconnect();
  chord(kF);
  EXPECT_THAT(host_.ran, ElementsAre(Command::ToggleFullscreen));
  type(kTrigger);
  router_->capture();
  router_->perform(Command::ToggleCapture);
  EXPECT_FALSE(router_->capture_wanted());
  EXPECT_FALSE(host_.lock_asked);
}

TEST_F(RouterKeys, ACommandThatTheGuestDoesNotTakeGoesToTheProgram) {
  enter();
  for (const Command command :
       {Command::ToggleFullscreen, Command::Stats, Command::Screenshot, Command::Quit}) {
    router_->perform(command);
    EXPECT_EQ(host_.ran.back(), command);
  }
  EXPECT_EQ(host_.ran.size(), 4u);
  EXPECT_THAT(sent(), IsEmpty());
}

TEST_F(RouterKeys, CtrlAltKeysArePressedInOrder) {
  start();  // also without the focus: the command may come from outside
  guest_.take_log();
  router_->perform(Command::CtrlAltDel);
  EXPECT_THAT(sent(), ElementsAre("press 29", "press 56", "press 111", "release 111", "release 56",
                                  "release 29"));
  const std::pair<Command, const char*> keys[] = {{Command::CtrlAltF1, "press 59"},
                                                  {Command::CtrlAltF10, "press 68"},
                                                  {Command::CtrlAltF11, "press 87"},
                                                  {Command::CtrlAltF12, "press 88"}};
  for (const auto& [command, key] : keys) {
    router_->perform(command);
    EXPECT_EQ(sent().at(2), key);
  }
  EXPECT_THAT(host_.ran, IsEmpty());
}

TEST_F(RouterKeys, CtrlAltKeysLeaveTheUsersModifiersDown) {
  enter();
  press(key::kLeftCtrl);
  guest_.take_log();
  chord(key::kDelete);
  EXPECT_THAT(sent(), ElementsAre("press 56", "press 111", "release 111", "release 56"));
  release(key::kLeftCtrl);
  EXPECT_THAT(sent(), ElementsAre("release 29"));
  press(key::kDelete);
  guest_.take_log();
  router_->perform(Command::CtrlAltDel);
  EXPECT_THAT(sent(), ElementsAre("press 29", "press 56", "release 111", "press 111", "release 111",
                                  "release 56", "release 29"));
  release(key::kDelete);
  EXPECT_THAT(sent(), IsEmpty());
}

TEST_F(RouterKeys, WithoutAGuestCommandsForItDoNothing) {
  enter();
  disconnect();
  router_->perform(Command::CtrlAltDel);
  router_->perform(Command::ReleaseAll);
  EXPECT_THAT(sent(), IsEmpty());
}

TEST_F(RouterKeys, TheListIsShownWhileTheTriggerIsHeldAndHiddenWithTheFocus) {
  enter();
  press(kTrigger);
  pass(milliseconds(499));
  EXPECT_FALSE(host_.list_shown);
  pass(milliseconds(1));
  EXPECT_TRUE(host_.list_shown);
  release(kTrigger);
  EXPECT_FALSE(host_.list_shown);
  EXPECT_FALSE(router_->capture_wanted());
  press(kTrigger);
  pass(milliseconds(500));
  router_->on_keyboard_leave();
  EXPECT_FALSE(host_.list_shown);
  focus();
  type(kF);
  EXPECT_THAT(host_.ran, IsEmpty());
}

TEST_F(RouterKeys, AButtonOrTheWheelUnderTheTriggerReachesTheGuestAndSpoilsTheTap) {
  enter();
  press(kTrigger);
  router_->on_button(Button::Left, true);
  router_->on_button(Button::Left, false);
  release(kTrigger);
  EXPECT_THAT(sent(), ElementsAre("press button 0", "release button 0"));
  press(kTrigger);
  router_->on_scroll({.detents120 = 120});
  release(kTrigger);
  EXPECT_THAT(sent(), ElementsAre("scroll 1"));
  EXPECT_FALSE(router_->capture_wanted());
}

TEST_F(RouterKeys, LocksAreSetWithTheFocusAndNotInAnswerToTheirKeys) {
  start();
  guest_.take_log();
  router_->on_guest_locks({});
  focus();
  router_->on_locks({.num = true});
  EXPECT_THAT(sent(), ElementsAre("locks num"));
  router_->on_guest_locks({.num = true});
  type(key::kCapsLock);
  router_->on_locks({.caps = true, .num = true});
  router_->on_guest_locks({.caps = true, .num = true});
  pass(std::chrono::seconds(2));
  EXPECT_THAT(sent(), ElementsAre("press 58", "release 58"));
}

TEST_F(RouterKeys, ALockKeyInAChordIsMadeUpForOnce) {
  start();
  focus();
  router_->on_locks({});
  router_->on_guest_locks({});
  guest_.take_log();
  press(kTrigger);
  type(key::kCapsLock);  // swallowed, but the desktop has turned
  release(kTrigger);
  router_->on_locks({.caps = true});
  EXPECT_THAT(sent(), IsEmpty());
  pass(LockSync::kSettle);
  EXPECT_THAT(sent(), ElementsAre("locks caps"));
  router_->on_guest_locks({});
  pass(std::chrono::hours(1));
  EXPECT_THAT(sent(), IsEmpty());
}

TEST_F(RouterKeys, ALockKeyThatIsAnotherKeyOnTheDesktopDoesNotStayInForceInTheGuest) {
  start();
  focus();
  router_->on_locks({});
  guest_.take_log();
  type(key::kCapsLock);  // another Ctrl to the desktop: it tells no change
  router_->on_guest_locks({.caps = true});
  pass(LockSync::kSettle);
  EXPECT_THAT(sent(), ElementsAre("press 58", "release 58", "locks"));
}

TEST_F(RouterKeys, AReconnectedGuestGetsTheLocksAgain) {
  enter();
  router_->on_locks({.num = true});
  disconnect();
  guest_.take_log();
  connect();
  EXPECT_EQ(sent().front(), "locks num");
}

TEST_F(RouterKeys, ThePointerThatLeavesTakesItsButtonsAlongAndKeysOnlyWhenItWasCaptured) {
  enter();
  press(kW);
  router_->on_button(Button::Left, true);
  router_->on_pointer_leave();
  EXPECT_TRUE(guest_.buttons.empty());
  EXPECT_THAT(guest_.keys, ElementsAre(kW));
  release(kW);
  EXPECT_TRUE(guest_.keys.empty());
  enter_captured();
  press(kW);
  router_->on_pointer_leave();
  EXPECT_TRUE(guest_.keys.empty());
}

}  // namespace
}  // namespace pierglass::input
