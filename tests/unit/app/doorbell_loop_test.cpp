// SPDX-License-Identifier: GPL-2.0-or-later
// The present loop in front of a guest that rings.
#include <gtest/gtest.h>

#include "tests/unit/app/loop_bench.hpp"

namespace pierglass::app {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Trust = pace::DoorbellTrust;
using Hears = PresentLoop::Hears;

// No timer is early: sleeps are counted from the end of a step.
constexpr Nanoseconds kLate = milliseconds(1);

class DoorbellLoop : public Loop {
 protected:
  void SetUp() override {
    source_.rings = true;
    source_.bell = 0;
  }
  // As the present thread sleeps: `slept` at most, then woken by the doorbell or by something else.
  bool sleep(Nanoseconds slept, bool rung) {
    if (!on_doorbell_ || !loop_.fall_asleep()) return false;
    EXPECT_LE(slept, loop_sleep_);
    source_.rung = rung;
    now_ += slept;
    loop_.wake_up(now_, rung);
    return true;
  }
  // A frame that the guest rings for, drawn and its callback come.
  void ring_with_frame() {
    ASSERT_TRUE(on_doorbell_);
    ASSERT_TRUE(loop_.fall_asleep());
    ++source_.newest;
    source_.rung = true;
    now_ += milliseconds(1);
    loop_.wake_up(now_, true);
    step(Nanoseconds(0));
    now_ += milliseconds(5);
    loop_.on_callback(now_);
    step(Nanoseconds(0));
  }
  void ring_without_callback() {
    ASSERT_TRUE(loop_.fall_asleep());
    ++source_.newest;
    now_ += milliseconds(1);
    source_.rung = true;
    loop_.wake_up(now_, true);
    step(Nanoseconds(0));  // draws; the callback is outstanding
  }
  void earn_trust() {
    show_first_frame();
    step(Nanoseconds(0));
    for (std::uint32_t i = 0; i < Trust::kEarnMin; ++i) ring_with_frame();
    ASSERT_EQ(loop_.snapshot().trust, Trust::Standing::Trusted);
    sleep(loop_sleep_, false);
    step(Nanoseconds(0));
    sleep(loop_sleep_, false);  // the check after the last news
    step(Nanoseconds(0));
  }
};

TEST_F(DoorbellLoop, AtFirstItSleepsNoLongerThanWithoutADoorbell) {
  show_first_frame();
  step(Nanoseconds(0));
  EXPECT_TRUE(on_doorbell_);
  EXPECT_LE(loop_sleep_, pace::WaitLadder::kIdlePoll);
}

TEST_F(DoorbellLoop, ATrustedGuestIsWaitedForAMinute) {
  earn_trust();
  EXPECT_TRUE(on_doorbell_);
  EXPECT_GE(loop_sleep_, seconds(60));
}

TEST_F(DoorbellLoop, TrustIsEarnedAnewOverAnotherConnection) {
  earn_trust();
  ++source_.bell_serial;
  step();
  EXPECT_EQ(loop_.snapshot().trust, Trust::Standing::Probation);
  EXPECT_TRUE(on_doorbell_);
  EXPECT_LE(loop_sleep_, pace::WaitLadder::kIdlePoll);
  step();
  for (std::uint32_t i = 0; i < Trust::kEarnMin; ++i) ring_with_frame();
  EXPECT_EQ(loop_.snapshot().trust, Trust::Standing::Trusted);
}

TEST_F(DoorbellLoop, WhileNothingMayBeDrawnAnUntrustedGuestsRingIsNotWaitedFor) {
  show_first_frame();
  step(Nanoseconds(0));
  ring_without_callback();
  EXPECT_FALSE(on_doorbell_);
  EXPECT_EQ(hears_, Hears::Word) << "no release";
  EXPECT_EQ(loop_sleep_, pace::WaitLadder::kBlockedPoll);
}

TEST_F(DoorbellLoop, ACallbackThatNobodyWaitsForWakesNobody) {
  earn_trust();
  ring_without_callback();
  EXPECT_TRUE(on_doorbell_);
  EXPECT_EQ(hears_, Hears::Nothing);
  // It came meanwhile, and the next frame is drawn with one wake-up.
  ASSERT_TRUE(sleep(milliseconds(1), true));
  ++source_.newest;
  loop_.on_callback(now_);
  presenter_.take();
  step(Nanoseconds(0));
  EXPECT_EQ(presenter_.take(), (Said{"upload", "draw"}));
  EXPECT_EQ(loop_.snapshot().doorbell.empty, 0u);
}

TEST_F(DoorbellLoop, ACallbackThatDoesNotComeIsNoticedInTimeAndOnce) {
  earn_trust();
  ring_without_callback();
  ASSERT_TRUE(on_doorbell_);
  EXPECT_LE(loop_sleep_, pace::PresentGate::kHiddenAfter);
  for (int i = 0; i < 10 && source_.told_visible.empty(); ++i) {
    sleep(loop_sleep_, false);
    step(Nanoseconds(0));
  }
  EXPECT_EQ(source_.told_visible, std::vector<bool>{false});
  EXPECT_GT(loop_sleep_, seconds(4)) << "until its buffers are freed";
}

TEST_F(DoorbellLoop, AFrameThatComesBeforeTheCallbackHasItWaitedFor) {
  earn_trust();
  ring_without_callback();
  ASSERT_TRUE(sleep(milliseconds(1), true));
  ++source_.newest;
  step(Nanoseconds(0));
  presenter_.take();
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(on_doorbell_) << "it is waited for alone";
    EXPECT_EQ(hears_, Hears::Word) << "no release";
    now_ += milliseconds(5);
    loop_.on_callback(now_);
    step(Nanoseconds(0));
    EXPECT_EQ(presenter_.take(), (Said{"upload", "draw"}));
    if (i < 2) ++source_.newest;
  }
  EXPECT_EQ(loop_.snapshot().doorbell.empty, 0u);
  EXPECT_EQ(loop_.snapshot().doorbell.misses, 0u);
  now_ += milliseconds(5);
  loop_.on_callback(now_);
  step(Nanoseconds(0));  // and finds nothing
  ring_without_callback();
  EXPECT_TRUE(on_doorbell_) << "it does not come last any more";
}

TEST_F(DoorbellLoop, APictureThatFoundNoBufferIsDrawnWhenOneIsReleased) {
  earn_trust();
  presenter_.fails = ErrorCode::Busy;
  ring_without_callback();
  EXPECT_EQ(hears_, Hears::Everything);
}

TEST_F(DoorbellLoop, ARefusalWhileNothingMayBeDrawnHasTheCallbackWaitedFor) {
  earn_trust();
  ring_without_callback();
  ASSERT_TRUE(on_doorbell_);
  source_.refuses = true;
  EXPECT_FALSE(loop_.fall_asleep());
  step(Nanoseconds(0));
  EXPECT_FALSE(on_doorbell_);
  EXPECT_EQ(hears_, Hears::Word) << "no release";
}

TEST_F(DoorbellLoop, AGuestThatDoesNotRingOrHasNoDoorbellIsPolled) {
  show_first_frame();
  source_.rings = false;
  step(Nanoseconds(0));
  EXPECT_FALSE(on_doorbell_);
  EXPECT_LE(loop_sleep_, pace::WaitLadder::kIdlePoll);
  source_.rings = true;
  source_.bell = -1;
  step(Nanoseconds(0));
  EXPECT_FALSE(on_doorbell_);
}

TEST_F(DoorbellLoop, TheUserMayRefuseIt) {
  loop_.ignore_doorbell();
  show_first_frame();
  step(Nanoseconds(0));
  EXPECT_FALSE(on_doorbell_);
  EXPECT_FALSE(loop_.snapshot().rings);
}

TEST_F(DoorbellLoop, ARingHasTheSourceTickedAtOnce) {
  earn_trust();
  const int before = source_.ticks;
  ASSERT_TRUE(sleep(milliseconds(1), true));
  source_.status = source::GuestStatus::Absent;  // what it rang for
  step(Nanoseconds(0));
  EXPECT_EQ(source_.ticks, before + 1);
  EXPECT_EQ(loop_.status(), source::GuestStatus::Absent);
  EXPECT_FALSE(on_doorbell_);
}

TEST_F(DoorbellLoop, AnyWakeUpAfterALongSleepTicksTheSource) {
  earn_trust();
  ASSERT_TRUE(sleep(seconds(40), false));
  source_.status = source::GuestStatus::Silent;
  step(Nanoseconds(0));
  EXPECT_EQ(loop_.status(), source::GuestStatus::Silent);
}

TEST_F(DoorbellLoop, ASourceThatRefusesToSleepWithoutNewsIsPolled) {
  earn_trust();
  source_.refuses = true;
  int steps = 0;
  while (on_doorbell_ && ++steps < 10) {
    EXPECT_FALSE(loop_.fall_asleep());
    step(Nanoseconds(0));
  }
  EXPECT_LE(steps, 2);
  EXPECT_LE(loop_sleep_, pace::WaitLadder::kIdlePoll);
  EXPECT_GE(loop_sleep_, pace::WaitLadder::kWindowPoll);
  step(loop_sleep_);
  EXPECT_TRUE(on_doorbell_) << "and asked again after that";
}

TEST_F(DoorbellLoop, AFrameThatCameBeforeTheSleepIsShownInsteadOfSleeping) {
  earn_trust();
  ++source_.newest;
  EXPECT_FALSE(loop_.fall_asleep());
  presenter_.take();
  step(Nanoseconds(0));
  EXPECT_EQ(presenter_.take(), (Said{"upload", "draw"}));
}

TEST_F(DoorbellLoop, AFrameThatCannotBeTakenIsNotSleptOver) {
  earn_trust();
  source_.torn = 1;
  ++source_.newest;
  step(Nanoseconds(0));
  EXPECT_FALSE(on_doorbell_) << "it is tried again soon";
  EXPECT_LE(loop_sleep_, pace::WaitLadder::kIdlePoll);
}

TEST_F(DoorbellLoop, RingsForAPointerThatIsHiddenAreNotForNothing) {
  earn_trust();
  for (int i = 0; i < 100; ++i) {
    ++source_.pointer_serial;
    if (!sleep(milliseconds(1), true)) now_ += loop_sleep_ + kLate;
    step(Nanoseconds(0));
  }
  EXPECT_EQ(loop_.snapshot().doorbell.empty, 0u);
  EXPECT_EQ(loop_.snapshot().trust, Trust::Standing::Trusted);
  EXPECT_LE(loop_.snapshot().doorbell.rings, 60u) << "and not all of them are waited for";
}

TEST_F(DoorbellLoop, AHiddenWindowSleepsUntilRungWhateverTheGuestIsWorth) {
  show_first_frame();
  surface_.pending = VideoSurface::State{.hidden = true, .generation = 1};
  source_.newest = 5;
  step(Nanoseconds(0));
  EXPECT_TRUE(on_doorbell_);
  EXPECT_EQ(loop_sleep_, seconds(5)) << "then its buffers are freed, once";
  step(loop_sleep_);
  EXPECT_TRUE(on_doorbell_);
  EXPECT_GE(loop_sleep_, seconds(60));
  EXPECT_TRUE(loop_.fall_asleep()) << "what nobody sees is no news";
}

TEST_F(DoorbellLoop, AHiddenWindowDoesNotAnswerEveryRing) {
  show_first_frame();
  surface_.pending = VideoSurface::State{.hidden = true, .generation = 1};
  step(Nanoseconds(0));
  int wakes = 0;
  const HostTime began = now_;
  while (now_ < began + seconds(10)) {
    ++wakes;
    if (!sleep(milliseconds(1), true)) now_ += loop_sleep_ + kLate;
    step(Nanoseconds(0));
  }
  EXPECT_LE(wakes, 85) << "four answers a second, and the end of each pause";
}

TEST_F(DoorbellLoop, AHiddenWindowOfAGuestThatDoesNotRingLooksAfterItAsEver) {
  source_.rings = false;
  show_first_frame();
  surface_.pending = VideoSurface::State{.hidden = true, .generation = 1};
  step(Nanoseconds(0));
  EXPECT_FALSE(on_doorbell_);
  EXPECT_LE(loop_sleep_, milliseconds(250));
}

TEST_F(DoorbellLoop, AWindowThatTheCompositorDoesNotShowIsAHiddenOne) {
  earn_trust();
  ASSERT_TRUE(loop_.fall_asleep());
  ++source_.newest;
  now_ += milliseconds(1);
  loop_.wake_up(now_, true);
  step(Nanoseconds(0));  // no callback comes
  step(pace::PresentGate::kHiddenAfter);
  EXPECT_EQ(source_.told_visible.back(), false);
  EXPECT_TRUE(on_doorbell_);
  sleep(milliseconds(1), true);
  step(Nanoseconds(0));
  EXPECT_LE(loop_sleep_, milliseconds(250));
  EXPECT_FALSE(on_doorbell_);
  step(loop_sleep_ + kLate);
  EXPECT_TRUE(on_doorbell_);
  step(loop_sleep_);  // its buffers are freed, once
  EXPECT_TRUE(on_doorbell_);
  EXPECT_GE(loop_sleep_, seconds(60));
  loop_.on_callback(now_);
  step(Nanoseconds(0));
  EXPECT_EQ(source_.told_visible.back(), true);
}

TEST_F(DoorbellLoop, AScreenshotThatWaitsForAFrameIsNotSleptOver) {
  earn_trust();
  source_.newest = source_.seen = 0;
  ask({.screenshot = true});
  EXPECT_LE(loop_sleep_, Screenshooter::kRetry);
}

}  // namespace
}  // namespace pierglass::app
