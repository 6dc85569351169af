// SPDX-License-Identifier: GPL-2.0-or-later
// What the main thread asks of the loop: panel, pointer, a commit.
#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "tests/unit/app/loop_bench.hpp"

namespace pierglass::app {
namespace {

class Requests : public Loop {
 protected:
  void set_pointer(Point position, std::uint64_t serial = 1, bool visible = true) {
    source_.pointer = {
        .position = position, .visible = visible, .serial = serial, .image = &image_};
  }
  pixel::CursorImage image_{{1, 1}, {0, 0}, {0xff000000}, {}};
};

TEST_F(Requests, APanelIsDrawnAndNothingIsDrawnForItAfterwards) {
  show_first_frame();
  ask({.panel = {{"one", "two"}}});
  EXPECT_EQ(presenter_.take(), (Said{"panel of 2", "draw"}));
  loop_.on_callback(now_);
  step();
  EXPECT_TRUE(presenter_.take().empty());
  ask({.panel = std::vector<std::string>{}});
  EXPECT_EQ(presenter_.take(), (Said{"panel of 0", "draw"}));
}

TEST_F(Requests, AnotherFilterRedrawsThePictureThatThereIs) {
  show_first_frame();
  ask({.filter = pixel::Filter::Lanczos});
  EXPECT_EQ(presenter_.take(), (Said{"filter lanczos", "draw"}));
  loop_.on_callback(now_);
  step();
  EXPECT_TRUE(presenter_.take().empty());
}

TEST_F(Requests, APanelIsDrawnWithTheTextToo) {
  source_.status = source::GuestStatus::Absent;
  step();
  loop_.on_callback(now_);
  presenter_.take();
  ask({.panel = {{"no keyboard"}}});
  EXPECT_EQ(presenter_.take(), (Said{"panel of 1", "text waiting"}));
}

TEST_F(Requests, APanelWaitsForTheFrameCallback) {
  source_.newest = 1;
  step();
  presenter_.take();
  ask({.panel = {{"one"}}});
  EXPECT_EQ(presenter_.take(), (Said{"panel of 1"}));
  loop_.on_callback(now_);
  step();
  EXPECT_EQ(presenter_.take(), (Said{"draw"}));
}

TEST_F(Requests, APointerThatIsNotDrawnCostsNoRedrawWhenItMoves) {
  show_first_frame();
  set_pointer({1, 1});
  step();
  loop_.on_callback(now_);
  EXPECT_EQ(presenter_.take(), (Said{"draw with pointer"}));
  ask({.show_pointer = false});
  EXPECT_EQ(presenter_.take(), (Said{"draw"}));
  loop_.on_callback(now_);
  for (std::int32_t x = 2; x < 10; ++x) {
    set_pointer({x, 1}, static_cast<std::uint64_t>(x));
    step(std::chrono::milliseconds(1));
  }
  EXPECT_TRUE(presenter_.take().empty());
  source_.newest = 2;
  step();
  EXPECT_EQ(presenter_.take(), (Said{"upload", "draw"})) << "nor does a frame bring it back";
  loop_.on_callback(now_);
  ask({.show_pointer = true});
  EXPECT_EQ(presenter_.take(), (Said{"draw with pointer"}));
  loop_.on_callback(now_);
  ask({.show_pointer = true});
  EXPECT_TRUE(presenter_.take().empty()) << "as it is";
}

TEST_F(Requests, ThePointersImageIsReportedWhileItIsNotDrawn) {
  show_first_frame();
  set_pointer({1, 1}, 7);
  step();
  EXPECT_FALSE(loop_.take_news().pointer_image) << "nobody wants it";
  PresentNews news = ask({.show_pointer = false});
  ASSERT_TRUE(news.pointer_image);
  EXPECT_EQ(news.pointer_image->serial, 7u);
  EXPECT_EQ(news.pointer_image->image->blend, image_.blend);
  step();
  set_pointer({2, 1}, 7);
  step();
  EXPECT_FALSE(loop_.take_news().pointer_image) << "the same one";
  loop_.on_callback(now_);
  set_pointer({2, 1}, 8);
  step();
  news = loop_.take_news();
  ASSERT_TRUE(news.pointer_image);
  EXPECT_EQ(news.pointer_image->serial, 8u);
  ask({.show_pointer = true});
  set_pointer({2, 1}, 9);
  loop_.on_callback(now_);
  step();
  EXPECT_FALSE(loop_.take_news().pointer_image);
}

TEST_F(Requests, PictureAndPointerAreKnownAndTheSizeIsReported) {
  EXPECT_EQ(loop_.pointer(), GuestPointer{});
  set_pointer({3, 4});
  source_.newest = 1;
  source_.image.rotation = wire::Rotation::Turn90;
  source_.image.size = {8, 4};
  source_.rows = 4;
  step();
  EXPECT_EQ(loop_.pointer(), (GuestPointer{{3, 4}, true, {4, 8}})) << "upright";
  EXPECT_TRUE(loop_.take_news().pointer_changed);
  loop_.on_callback(now_);
  step();
  source_.newest = 2;
  step();
  EXPECT_FALSE(loop_.has_news()) << "a frame of that size";
  loop_.on_callback(now_);
  source_.status = source::GuestStatus::Absent;
  step();
  EXPECT_EQ(loop_.pointer().picture, Size{});
  EXPECT_FALSE(loop_.pointer().visible);
  EXPECT_TRUE(loop_.take_news().pointer_changed);
}

TEST_F(Requests, MotionIsReportedOnlyWhenWatchedAndAtMostAThousandTimesASecond) {
  show_first_frame();
  loop_.take_news();
  ask({.show_pointer = false});
  const auto reports = [&](Nanoseconds each) {
    int count = 0;
    for (std::int32_t x = 0; x < 100; ++x) {
      set_pointer({x, 1});
      step(each);
      count += loop_.take_news().pointer_changed ? 1 : 0;
    }
    return count;
  };
  EXPECT_EQ(reports(std::chrono::milliseconds(1)), 1) << "that it became visible";
  ask({.watch_pointer = true});
  EXPECT_EQ(reports(std::chrono::milliseconds(1)), 100);
  EXPECT_LE(reports(std::chrono::microseconds(100)), 11);
  step(std::chrono::milliseconds(1));
  loop_.take_news();
  set_pointer({98, 1});
  step(std::chrono::milliseconds(1));
  EXPECT_TRUE(loop_.take_news().pointer_changed);
  set_pointer({99, 1});
  step(std::chrono::microseconds(100));
  EXPECT_FALSE(loop_.take_news().pointer_changed);
  step(std::chrono::milliseconds(1));
  EXPECT_TRUE(loop_.take_news().pointer_changed) << "the last one is not lost";
  ask({.watch_pointer = false});
  EXPECT_EQ(reports(std::chrono::milliseconds(1)), 0);
  EXPECT_EQ(loop_.pointer().position, (Point{99, 1})) << "but it is known";
}

TEST_F(Requests, AWatchedPointerIsFollowedWhileNothingCanBeDrawnAndNoLongerThanItMoves) {
  source_.newest = 1;
  ask({.show_pointer = false, .watch_pointer = true});
  ASSERT_GE(surface_.callbacks, 1);  // outstanding
  loop_.take_news();
  set_pointer({5, 5});
  EXPECT_LE(step(std::chrono::milliseconds(1)), PointerDesk::kFollowPoll);
  EXPECT_TRUE(loop_.take_news().pointer_changed);
  EXPECT_EQ(loop_.pointer().position, (Point{5, 5}));
  step(PointerDesk::kFollowFor);
  EXPECT_GT(step(std::chrono::milliseconds(1)), std::chrono::milliseconds(10)) << "at rest";
}

TEST_F(Requests, PlacingThePointerReportsWhatTheGuestSays) {
  show_first_frame();
  for (const std::optional<ErrorCode> answer :
       {std::optional<ErrorCode>(), std::optional(ErrorCode::Unsupported),
        std::optional(ErrorCode::NotReady)}) {
    source_.move_fails = answer;
    const PresentNews news = ask({.place_pointer = Point{3, 4}});
    ASSERT_TRUE(news.placed);
    EXPECT_EQ(news.placed->has_value(), !answer);
    if (answer) {
      EXPECT_EQ(news.placed->error().code, *answer);
    }
    EXPECT_EQ(source_.asked_positions, (std::vector<Point>{{3, 4}}));
    source_.asked_positions.clear();
    step();
    EXPECT_TRUE(source_.asked_positions.empty()) << "asked once";
  }
}

TEST_F(Requests, ABusyGuestIsAskedToPlaceThePointerAgainForAWhile) {
  show_first_frame();
  source_.move_fails = ErrorCode::Busy;
  EXPECT_FALSE(ask({.place_pointer = Point{3, 4}}).placed);
  EXPECT_LE(loop_sleep_, PointerDesk::kPlaceRetry);
  step(std::chrono::milliseconds(2));
  source_.move_fails.reset();
  step(std::chrono::milliseconds(2));
  PresentNews news = loop_.take_news();
  ASSERT_TRUE(news.placed);
  EXPECT_TRUE(*news.placed);
  EXPECT_EQ(source_.asked_positions.size(), 3u);

  source_.move_fails = ErrorCode::Busy;
  EXPECT_FALSE(ask({.place_pointer = Point{5, 6}}).placed);
  step(PointerDesk::kPlacePatience);
  news = loop_.take_news();
  ASSERT_TRUE(news.placed);
  EXPECT_EQ(news.placed->error().code, ErrorCode::Busy);
}

TEST_F(Requests, ACommitIsMadeEvenIfNothingIsNewAndReportedOnce) {
  show_first_frame();
  EXPECT_EQ(ask({.commits = 2}).committed, 2u);
  EXPECT_EQ(presenter_.take(), (Said{"draw"}));
  loop_.on_callback(now_);
  step();
  EXPECT_TRUE(presenter_.take().empty());
  EXPECT_EQ(loop_.take_news().committed, 0u);
}

TEST_F(Requests, ACommitIsMadeAlsoWhileAFrameCallbackIsOutstanding) {
  source_.newest = 1;
  step();
  presenter_.take();
  const int callbacks = surface_.callbacks;
  EXPECT_EQ(ask({.commits = 1}).committed, 1u);
  EXPECT_EQ(presenter_.take(), (Said{"draw"}));
  EXPECT_EQ(surface_.callbacks, callbacks);
  step();
  EXPECT_TRUE(presenter_.take().empty()) << "once";
}

TEST_F(Requests, ACommitIsMadeWithTextWhileThereIsNoPicture) {
  source_.status = source::GuestStatus::Absent;
  step();
  presenter_.take();
  EXPECT_EQ(ask({.commits = 1}).committed, 1u);
  EXPECT_EQ(presenter_.take(), (Said{"text waiting"}));
}

TEST_F(Requests, ACommitThatFindsNoBufferIsMadeLater) {
  show_first_frame();
  presenter_.fails = ErrorCode::Busy;
  EXPECT_EQ(ask({.commits = 1}).committed, 0u);
  presenter_.fails.reset();
  step();
  EXPECT_EQ(loop_.take_news().committed, 1u);
  EXPECT_EQ(presenter_.take(), (Said{"draw"}));
}

TEST_F(Requests, WhatWasAskedWakesNobodyOnceItIsDone) {
  source_.newest = 1;
  set_pointer({1, 1});
  step();
  EXPECT_EQ(step(), pace::WaitLadder::kBlockedPoll);
  loop_.on_callback(now_);
  ask({.panel = {{"one"}},
       .show_pointer = false,
       .watch_pointer = true,
       .place_pointer = Point{1, 1},
       .commits = 1,
       .screenshot = true});
  step(std::chrono::seconds(2));
  EXPECT_EQ(step(), pace::WaitLadder::kBlockedPoll);
}

TEST_F(Requests, APointersImageMayBeWatchedWhileItIsDrawn) {
  show_first_frame();
  set_pointer({1, 1}, 7);
  step();
  loop_.take_news();
  const PresentNews news = ask({.watch_image = true});
  ASSERT_TRUE(news.pointer_image);
  EXPECT_EQ(news.pointer_image->serial, 7u);
  loop_.on_callback(now_);
  set_pointer({1, 1}, 8);
  step();
  EXPECT_TRUE(loop_.take_news().pointer_image);
  loop_.on_callback(now_);
  set_pointer({1, 1}, 9);
  EXPECT_FALSE(ask({.watch_image = false}).pointer_image);
}

}  // namespace
}  // namespace pierglass::app
