// SPDX-License-Identifier: GPL-2.0-or-later
// A window that is taken off the desktop and comes back.
#include <gtest/gtest.h>

#include "tests/unit/app/loop_bench.hpp"

namespace pierglass::app {
namespace {

class HiddenWindow : public Loop {
 protected:
  void hide(std::uint64_t generation) {
    surface_.pending = VideoSurface::State{.hidden = true, .generation = generation};
    step();
  }
  void show() {
    surface_.pending = VideoSurface::State{.buffer = {100, 50}};
    step();
  }
};

TEST_F(HiddenWindow, IsUnmappedOnceAndReported) {
  show_first_frame();
  hide(5);
  EXPECT_EQ(surface_.unmaps, 1);
  EXPECT_EQ(loop_.take_news().unmapped, 5u);
  EXPECT_EQ(presenter_.take(), (Said{"unmapped"}));
  step();
  EXPECT_FALSE(loop_.take_news().unmapped);
  hide(9);
  EXPECT_EQ(surface_.unmaps, 1) << "it is unmapped already";
  EXPECT_EQ(loop_.take_news().unmapped, 9u) << "but each state is answered";
}

TEST_F(HiddenWindow, OneThatNeverShowedAnythingIsNotUnmapped) {
  hide(1);
  EXPECT_EQ(surface_.unmaps, 0);
  EXPECT_EQ(loop_.take_news().unmapped, 1u);
  EXPECT_EQ(presenter_.take(), (Said{"unmapped"}));
}

TEST_F(HiddenWindow, NothingIsTakenDrawnOrCommittedWhateverHappens) {
  show_first_frame();
  hide(1);
  presenter_.take();
  const int flushes = surface_.flushes;
  static const pixel::CursorImage image;
  source_.newest = 2;
  source_.pointer = {.position = {1, 1}, .visible = true, .serial = 1, .image = &image};
  step();
  loop_.on_callback(now_);
  source_.status = source::GuestStatus::Silent;
  step(std::chrono::seconds(1));
  source_.status = source::GuestStatus::Live;
  source_.notice_text = "memory too small";
  step(std::chrono::seconds(1));
  ask({.panel = {{"one"}}, .show_pointer = false, .watch_pointer = true});
  EXPECT_EQ(presenter_.take(), (Said{"panel of 1"}));
  EXPECT_EQ(surface_.flushes, flushes);
  EXPECT_EQ(source_.told_visible.back(), false);
}

TEST_F(HiddenWindow, GivesAHalfTakenFrameBack) {
  show_first_frame();
  source_.newest = 2;
  source_.rows = 4;
  step();
  ASSERT_EQ(source_.held, 1);
  hide(1);
  EXPECT_EQ(source_.held, 0);
}

TEST_F(HiddenWindow, LooksAfterTheGuestFourTimesASecondAndNoMoreOften) {
  show_first_frame();
  hide(1);
  for (int i = 0; i < 20; ++i) {
    const Nanoseconds sleep = step(loop_sleep_);
    EXPECT_GT(sleep, std::chrono::milliseconds(100));
    EXPECT_LE(sleep, std::chrono::milliseconds(250));
  }
}

TEST_F(HiddenWindow, ComesBackWithTheNewestFrameAndTellsTheGuest) {
  show_first_frame();
  hide(1);
  source_.newest = 3;
  presenter_.take();
  const int callbacks = surface_.callbacks;
  show();
  EXPECT_EQ(presenter_.take(), (Said{"resize 100", "upload", "draw"}));
  EXPECT_EQ(surface_.callbacks, callbacks + 1) << "the old one is gone";
  EXPECT_EQ(source_.told_visible, (std::vector<bool>{false, true}));
}

TEST_F(HiddenWindow, ComesBackWithTheOldPictureWhenThereIsNoNewOne) {
  source_.newest = 1;
  step();  // its callback never comes
  presenter_.take();
  hide(1);
  show();
  EXPECT_EQ(presenter_.take(), (Said{"unmapped", "resize 100", "draw"}));
  hide(2);
  EXPECT_EQ(surface_.unmaps, 2);
}

TEST_F(HiddenWindow, ARequestForACommitIsMetByTheUnmappingAndAtOnceAfterwards) {
  source_.newest = 1;
  step();
  presenter_.fails = ErrorCode::Busy;
  EXPECT_EQ(ask({.commits = 1}).committed, 0u);
  hide(1);
  EXPECT_EQ(loop_.take_news().committed, 1u);
  EXPECT_EQ(ask({.commits = 2}).committed, 2u);
  EXPECT_EQ(surface_.unmaps, 1);
}

TEST_F(HiddenWindow, FreesItsBuffersAfterFiveSecondsOnce) {
  using std::chrono::milliseconds;
  show_first_frame();
  hide(1);
  presenter_.take();
  step(milliseconds(4900));
  EXPECT_EQ(presenter_.take(), Said{});
  EXPECT_LE(loop_sleep_, milliseconds(100)) << "and wakes for that";
  step(milliseconds(100));
  EXPECT_EQ(presenter_.take(), Said{"free"});
  step(milliseconds(6000));
  EXPECT_EQ(presenter_.take(), Said{});
  show();
  EXPECT_EQ(presenter_.take().back(), "draw");
}

TEST_F(HiddenWindow, WhatIsCommittedUnseenIsFreedAgain) {
  show_first_frame();
  surface_.pending = VideoSurface::State{.buffer = {100, 50}, .suspended = true};
  step();
  step(std::chrono::seconds(6));
  EXPECT_EQ(presenter_.take().back(), "free");
  loop_.on_callback(now_);
  ask({.commits = 1});
  EXPECT_EQ(presenter_.take(), Said{"draw"});
  step(std::chrono::seconds(6));
  EXPECT_EQ(presenter_.take(), Said{"free"});
}

TEST_F(HiddenWindow, OneThatComesBackInTimeKeepsThem) {
  show_first_frame();
  hide(1);
  step(std::chrono::seconds(4));
  show();
  step(std::chrono::seconds(4));
  EXPECT_EQ(std::ranges::count(presenter_.take(), "free"), 0);
}

}  // namespace
}  // namespace pierglass::app
