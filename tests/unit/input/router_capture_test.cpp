// SPDX-License-Identifier: GPL-2.0-or-later
// Capture: how it begins, what the desktop may answer, how it ends; and the pointer in both modes.
#include "tests/unit/input/router_fixture.hpp"

namespace pierglass::input {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

using RouterCapture = RouterTest;
using RouterPointer = RouterTest;

RelativeMotion by(double x, double y) {
  return {.accelerated = {x * 3, y * 3}, .raw = {x, y}};
}

// ---- the pointer ----------------------------------------------------------------------------

TEST_F(RouterPointer, IsUnderTheDesktopsWithATablet) {
  start();
  EXPECT_THAT(sent(), ElementsAre("mode absolute"));
  router_->on_pointer_motion({1, 1});  // not inside
  EXPECT_THAT(sent(), IsEmpty());
  router_->on_pointer_enter({0, 0});
  router_->on_pointer_motion({400, 300});
  router_->on_pointer_motion({799.9, 599.9});
  router_->on_relative_motion(by(5, 5));
  EXPECT_THAT(sent(), ElementsAre("move to 0 0", "move to 800 600", "move to 1599 1199"));
}

TEST_F(RouterPointer, IsFollowedByDistancesWithoutATablet) {
  guest_.has_tablet = false;
  start();
  EXPECT_THAT(sent(), ElementsAre("mode absolute", "mode relative"));
  router_->on_guest_pointer({10, 10});
  router_->on_pointer_enter({10, 10});
  EXPECT_THAT(sent(), ElementsAre("mode absolute", "mode relative", "move by 10 10"));
  router_->on_pointer_motion({12, 10});
  EXPECT_THAT(sent(), ElementsAre("move by 4 0"));
  router_->on_guest_pointer({30, 20});  // by its acceleration
  pass(Follower::kRest);
  EXPECT_THAT(sent(), ElementsAre("move by -6 0"));
  router_->on_pointer_leave();
  pass(seconds(5));
  EXPECT_THAT(sent(), IsEmpty());
}

TEST_F(RouterPointer, UsesATabletThatCameLater) {
  guest_.has_tablet = false;
  enter();
  guest_.has_tablet = true;
  router_->on_guest_devices_changed();
  EXPECT_THAT(sent(), ElementsAre("mode absolute", "move to 800 600"));
}

TEST_F(RouterPointer, StaysUnderTheDesktopsWhenPictureOrWindowChange) {
  enter();
  router_->on_picture({800, 600});
  EXPECT_THAT(sent(), ElementsAre("move to 400 300"));
  facts_.logical = {1600, 1200};
  router_->on_window(facts_);
  EXPECT_THAT(sent(), ElementsAre("move to 200 150"));
  router_->on_picture({800, 600});
  EXPECT_THAT(sent(), IsEmpty());
}

TEST_F(RouterPointer, HasNothingToPointAtWithoutAPicture) {
  enter();
  router_->on_button(Button::Left, true);
  guest_.take_log();
  router_->on_picture({});
  EXPECT_THAT(sent(), ElementsAre("release button 0"));
  router_->on_pointer_motion({5, 5});
  router_->on_button(Button::Right, true);
  router_->on_button(Button::Right, false);
  router_->on_scroll({.detents120 = 120});
  EXPECT_THAT(sent(), IsEmpty());
}

TEST_F(RouterPointer, MovesByDistancesWhileCaptured) {
  enter_captured({.sensitivity = 0.5});
  router_->on_picture({});  // makes no difference here
  router_->on_pointer_motion({1, 1});
  router_->on_relative_motion(by(3, 0));
  router_->on_relative_motion(by(1, -2));
  router_->on_relative_motion(by(0.2, 0.2));
  router_->on_button(Button::Side, true);
  router_->on_scroll({.axis = Axis::Horizontal, .detents120 = -240});
  EXPECT_THAT(sent(),
              ElementsAre("move by 1 0", "move by 1 -1", "press button 3", "scroll aside -2"));
}

TEST_F(RouterPointer, UsesTheDesktopsAccelerationOnlyWhenAsked) {
  enter_captured({.accelerated = true});
  router_->on_relative_motion(by(3, 1));
  EXPECT_THAT(sent(), ElementsAre("move by 9 3"));
}

// ---- capture --------------------------------------------------------------------------------

TEST_F(RouterCapture, BeginsAndEndsWithATap) {
  enter();
  type(kTrigger);
  EXPECT_TRUE(router_->capture_wanted());
  EXPECT_TRUE(host_.lock_asked && host_.inhibit_asked);
  EXPECT_FALSE(router_->captured());
  router_->on_pointer_locked();
  EXPECT_TRUE(router_->captured());
  EXPECT_THAT(sent(), ElementsAre("mode relative"));
  press(kW);
  type(kTrigger);
  EXPECT_THAT(sent(), ElementsAre("press 17", "release 17", "mode absolute"));
  EXPECT_FALSE(router_->capture_wanted() || router_->captured());
  EXPECT_FALSE(host_.lock_asked || host_.inhibit_asked);
}

TEST_F(RouterCapture, WorksAsADesktopUntilThePointerIsLocked) {
  enter();
  router_->capture();
  router_->on_pointer_motion({1, 1});
  router_->on_relative_motion(by(50, 50));
  EXPECT_THAT(sent(), ElementsAre("move to 2 2"));
  router_->on_pointer_locked();
  router_->on_pointer_motion({2, 2});
  router_->on_relative_motion(by(50, 50));
  EXPECT_THAT(sent(), ElementsAre("mode relative", "move by 50 50"));
}

TEST_F(RouterCapture, KeepsKeysAndButtonsDownWhenThePointerGetsLocked) {
  enter();
  press(kW);
  router_->on_button(Button::Left, true);
  router_->capture();
  router_->on_pointer_locked();
  EXPECT_THAT(guest_.keys, ElementsAre(kW));
  EXPECT_THAT(guest_.buttons, ElementsAre(Button::Left));
}

TEST_F(RouterCapture, LetsThePointerReappearWhereTheGuestsIs) {
  enter_captured();
  host_.pointer = {101, 51};
  router_->release();
  EXPECT_EQ(host_.reappear, (PointF{50.75, 25.75}));
}

TEST_F(RouterCapture, LetsThePointerReappearWhereItWasWhenTheGuestsIsNotKnown) {
  enter_captured();
  router_->release();
  EXPECT_EQ(host_.reappear, std::nullopt);
  host_.pointer = {101, 51};
  router_->capture();  // never locked
  router_->release();
  EXPECT_EQ(host_.reappear, std::nullopt);
}

TEST_F(RouterCapture, WithoutAPictureThePointerReappearsWhereItWas) {
  enter_captured();
  host_.pointer = {101, 51};
  router_->on_picture({});
  router_->release();
  EXPECT_EQ(host_.reappear, std::nullopt);
}

TEST_F(RouterCapture, ALateAnswerToWhatIsNoLongerAskedChangesNothing) {
  enter();
  router_->capture();
  router_->release();
  press(kA);
  router_->on_pointer_locked();
  router_->on_shortcuts_inhibited(true);
  router_->on_pointer_unlocked();
  EXPECT_FALSE(router_->captured());
  EXPECT_THAT(guest_.keys, ElementsAre(kA));
}

TEST_F(RouterCapture, TheButtonTogglesItAndIsNeverTheGuests) {
  enter({.capture_button = Button::Extra});
  router_->on_button(Button::Extra, true);
  EXPECT_TRUE(router_->capture_wanted());
  router_->on_button(Button::Extra, false);
  router_->on_pointer_locked();
  EXPECT_TRUE(router_->capture_wanted());
  router_->on_button(Button::Extra, true);
  EXPECT_FALSE(router_->capture_wanted());
  router_->on_button(Button::Extra, false);
  EXPECT_THAT(sent(), ElementsAre("mode relative", "mode absolute"));
}

TEST_F(RouterCapture, TheButtonIsTheGuestsWhereCaptureIsForbidden) {
  enter({.when = CaptureWhen::Never, .capture_button = Button::Extra});
  router_->on_button(Button::Extra, true);
  EXPECT_THAT(sent(), ElementsAre("press button 4"));
}

TEST_F(RouterCapture, CommandsAreTheSameAsTheKey) {
  enter();
  router_->perform(Command::Capture);
  router_->perform(Command::Capture);
  EXPECT_TRUE(router_->capture_wanted());
  router_->perform(Command::Release);
  router_->perform(Command::Release);
  EXPECT_FALSE(router_->capture_wanted());
  router_->perform(Command::ToggleCapture);
  EXPECT_TRUE(router_->capture_wanted());
}

TEST_F(RouterCapture, AWindowGivesItUpWithTheKeyboard) {
  enter_captured();
  router_->on_keyboard_leave();
  EXPECT_FALSE(router_->capture_wanted());
  EXPECT_FALSE(host_.lock_asked || host_.inhibit_asked);
}

TEST_F(RouterCapture, AWindowKeepsItWhileTheDesktopAsksTheUser) {
  enter();
  pass(TabletScale::kRest);
  router_->capture();
  router_->on_keyboard_leave();  // the question takes the focus
  EXPECT_EQ(router_->deadline(), std::nullopt);
  pass(seconds(30));
  EXPECT_TRUE(router_->capture_wanted());
  EXPECT_EQ(router_->notice(), Notice::None);
  router_->on_shortcuts_inhibited(true);
  focus();
  router_->on_pointer_locked();
  EXPECT_TRUE(router_->captured());
  pass(seconds(5));
  EXPECT_EQ(router_->notice(), Notice::None);
  router_->on_keyboard_leave();  // nothing is owed now
  EXPECT_FALSE(router_->capture_wanted());
}

TEST_F(RouterCapture, AFullscreenWindowGoesOnWhenTheFocusReturns) {
  facts_.fullscreen = true;
  enter_captured();
  press(kW);
  router_->on_keyboard_leave();
  router_->on_pointer_unlocked();
  EXPECT_TRUE(router_->capture_wanted());
  EXPECT_TRUE(host_.lock_asked && host_.inhibit_asked);
  EXPECT_FALSE(router_->captured());
  focus({kW});
  router_->on_pointer_locked();
  EXPECT_TRUE(router_->captured());
  EXPECT_TRUE(guest_.keys.empty());
}

TEST_F(RouterCapture, ThePointerThatLeavesEndsItUntilItIsBack) {
  facts_.fullscreen = true;
  enter_captured();
  router_->on_pointer_leave();
  EXPECT_FALSE(router_->captured());
  router_->on_relative_motion(by(5, 5));
  EXPECT_THAT(sent(), ElementsAre("mode absolute"));
  router_->on_pointer_enter({1, 1});
  EXPECT_TRUE(router_->captured());
  EXPECT_THAT(sent(), ElementsAre("mode relative"));
}

TEST_F(RouterCapture, BeginsByItselfWhenAFullscreenWindowGetsTheFocus) {
  facts_.fullscreen = true;
  enter({.when = CaptureWhen::Fullscreen});
  EXPECT_TRUE(router_->capture_wanted());
  type(kTrigger);
  EXPECT_FALSE(router_->capture_wanted());
  router_->on_window(facts_);
  EXPECT_FALSE(router_->capture_wanted());
  router_->on_keyboard_leave();
  focus();
  EXPECT_TRUE(router_->capture_wanted());
}

TEST_F(RouterCapture, BeginsWithFullscreenAndEndsWithItUnlessItWasThereBefore) {
  enter({.when = CaptureWhen::Fullscreen});
  EXPECT_FALSE(router_->capture_wanted());
  router_->on_window(fullscreen(facts_));
  EXPECT_TRUE(router_->capture_wanted());
  router_->on_window(facts_);
  EXPECT_FALSE(router_->capture_wanted());
  router_->capture();
  router_->on_window(fullscreen(facts_));
  router_->on_window(facts_);
  EXPECT_TRUE(router_->capture_wanted());
}

TEST_F(RouterCapture, FullscreenAloneBeginsNothingUnlessAskedFor) {
  facts_.fullscreen = true;
  enter({.when = CaptureWhen::Manual});
  EXPECT_FALSE(router_->capture_wanted());
}

TEST_F(RouterCapture, OutlivesTheGuestsConnection) {
  enter_captured();
  disconnect();
  EXPECT_TRUE(router_->captured());
  router_->on_relative_motion(by(5, 5));
  EXPECT_THAT(sent(), IsEmpty());
  connect();
  EXPECT_THAT(sent(), ElementsAre("mode relative"));
  disconnect();
  type(kTrigger);
  EXPECT_FALSE(router_->capture_wanted());
}

// ---- what the user is told ------------------------------------------------------------------

TEST_F(RouterCapture, TellsThatShortcutsAreDeniedAfterASecondAndGoesOn) {
  enter();
  router_->capture();
  router_->on_pointer_locked();
  pass(milliseconds(999));
  EXPECT_EQ(router_->notice(), Notice::None);
  pass(milliseconds(1));
  EXPECT_EQ(router_->notice(), Notice::ShortcutsDenied);
  EXPECT_TRUE(router_->captured());
  router_->on_shortcuts_inhibited(true);
  EXPECT_EQ(router_->notice(), Notice::None);
  router_->on_shortcuts_inhibited(false);
  EXPECT_EQ(router_->notice(), Notice::ShortcutsDenied);
  router_->release();
  EXPECT_EQ(router_->notice(), Notice::None);
}

TEST_F(RouterCapture, ShortcutsThatGoWithTheFocusAreNotDenied) {
  facts_.fullscreen = true;
  enter_captured();
  router_->on_keyboard_leave();
  router_->on_shortcuts_inhibited(false);
  focus();
  EXPECT_EQ(router_->notice(), Notice::None);
  pass(milliseconds(500));
  router_->on_shortcuts_inhibited(true);
  pass(seconds(2));
  EXPECT_EQ(router_->notice(), Notice::None);
}

TEST_F(RouterCapture, WaitsForAnswersAnewWhenTheFocusReturns) {
  facts_.fullscreen = true;
  enter();
  router_->capture();
  pass(milliseconds(999));
  router_->on_keyboard_leave();
  focus();
  pass(milliseconds(999));
  EXPECT_EQ(router_->notice(), Notice::None);
  pass(milliseconds(1));
  EXPECT_EQ(router_->notice(), Notice::PointerFree);
  router_->on_pointer_locked();
  EXPECT_EQ(router_->notice(), Notice::ShortcutsDenied);
}

TEST_F(RouterCapture, TellsThatThePointerIsFreeWhenItIsNotLocked) {
  enter();
  router_->capture();
  router_->on_shortcuts_inhibited(true);
  pass(seconds(1));
  EXPECT_EQ(router_->notice(), Notice::PointerFree);
  router_->on_pointer_locked();
  EXPECT_EQ(router_->notice(), Notice::None);
  router_->on_pointer_unlocked();
  EXPECT_EQ(router_->notice(), Notice::None);
  pass(seconds(1));
  EXPECT_EQ(router_->notice(), Notice::PointerFree);
}

TEST_F(RouterCapture, TellsTheLackOfAConnectionFirst) {
  enter();
  router_->capture();
  pass(seconds(1));
  disconnect();
  EXPECT_EQ(router_->notice(), Notice::NoConnection);
}

TEST_F(RouterCapture, TheHostHearsOfEachChangeOnce) {
  enter();
  const auto changes = [this] { return std::exchange(host_.mode_changes, 0); };
  changes();
  router_->capture();
  EXPECT_EQ(changes(), 1);
  router_->on_pointer_locked();
  EXPECT_EQ(changes(), 1);
  router_->on_pointer_locked();
  type(kA);
  router_->on_relative_motion(by(1, 1));
  EXPECT_EQ(changes(), 0);
  pass(seconds(1));
  EXPECT_EQ(changes(), 1);
  router_->release();
  EXPECT_EQ(changes(), 1);
  disconnect();
  EXPECT_EQ(changes(), 1);
}

TEST_F(RouterCapture, TheHostHearsWhenThePointerBeginsAndCeasesToMoveTheGuests) {
  enter();
  const auto changes = [this] { return std::exchange(host_.mode_changes, 0); };
  EXPECT_TRUE(router_->pointer_reaches_guest());
  changes();
  router_->on_pointer_leave();
  EXPECT_FALSE(router_->pointer_reaches_guest());
  EXPECT_EQ(changes(), 1);
  router_->on_pointer_enter({10, 10});
  EXPECT_TRUE(router_->pointer_reaches_guest());
  EXPECT_EQ(changes(), 1);
}

TEST_F(RouterCapture, FollowsOnlyWithoutATabletAndWhileNotCaptured) {
  guest_.has_tablet = false;
  enter();
  EXPECT_TRUE(router_->follows());
  router_->capture();
  router_->on_pointer_locked();
  EXPECT_FALSE(router_->follows());
  router_->release();
  EXPECT_TRUE(router_->follows());
  guest_.has_tablet = true;
  router_->on_guest_devices_changed();
  EXPECT_TRUE(router_->follows()) << "until the tablet's places are known to be the picture's";
  router_->on_pointer_motion({10, 10});
  router_->on_guest_pointer({20, 20});
  pass(TabletScale::kRest);
  EXPECT_FALSE(router_->follows());
}

TEST_F(RouterCapture, LeavesTheDesktopItsShortcutsWhereTheyAreTheOnlyWayOut) {
  RouterOptions options;
  options.bindings = Bindings::parse("none", {}).value();
  enter_captured(options);
  EXPECT_TRUE(router_->captured());
  EXPECT_FALSE(host_.inhibit_asked);
  EXPECT_EQ(router_->notice(), Notice::None);
  router_->release();
  options.capture_button = Button::Extra;
  enter_captured(options);
  EXPECT_TRUE(host_.inhibit_asked);
}

}  // namespace
}  // namespace pierglass::input
