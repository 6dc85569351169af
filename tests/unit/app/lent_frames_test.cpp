// SPDX-License-Identifier: GPL-2.0-or-later
// Frames that the compositor reads where the guest wrote them: how long they are held, and when
// they are copied instead.
#include "app/lent_frames.hpp"

#include <gtest/gtest.h>

#include "tests/unit/app/loop_bench.hpp"

namespace pierglass::app {
namespace {

using source::GuestStatus;

class Lent : public Loop {
 protected:
  Lent() {
    source_.place.emplace();
    source_.place->may_shrink = false;
    presenter_.borrow_fails.reset();
    step();
    loop_.on_callback(now_);
    presenter_.take();
  }
  // The compositor lets go of the oldest picture.
  void release() { presenter_.busy.erase(presenter_.busy.begin()); }
  Said show(std::uint64_t frame, Nanoseconds later = std::chrono::milliseconds(16)) {
    source_.newest = frame;
    step(later);
    loop_.on_callback(now_);
    return presenter_.take();
  }
  void point(bool visible) {
    static const pixel::CursorImage image;
    source_.pointer = {.position = {1, 1}, .visible = visible, .serial = 1, .image = &image};
  }
};

TEST_F(Lent, AreHeldUntilTheCompositorLetsGo) {
  EXPECT_EQ(show(1), (Said{"borrow slot 1", "draw"}));
  EXPECT_EQ(source_.held, 1);
  EXPECT_EQ(source_.seen, 1U);
  EXPECT_EQ(show(2), (Said{"borrow slot 2", "draw"}));
  EXPECT_EQ(source_.held, 2);
  release();
  step();
  EXPECT_EQ(source_.held, 1);
  release();
  step();
  EXPECT_EQ(source_.held, 0) << "released at once, as compositors with a GPU do";
  EXPECT_TRUE(presenter_.take().empty());
}

TEST_F(Lent, AreToldAsDirect) {
  show(1);
  EXPECT_EQ(loop_.take_news().path, PixelPath::Direct);
  show(2);
  EXPECT_EQ(loop_.take_news().path, std::nullopt) << "once";
  pace::FrameTimes times;
  ASSERT_TRUE(log_.pop(times));
  while (log_.pop(times)) {
  }
  EXPECT_TRUE(times.borrowed);
  EXPECT_EQ(times.bytes, 0U);
}

TEST_F(Lent, AreNoneOfASourceWithoutPlacesAndWhoAskedForThemIsTold) {
  source_.place.reset();
  EXPECT_EQ(show(1), (Said{"upload", "draw"}));
  EXPECT_EQ(loop_.take_news().path_refusal, std::nullopt);
  loop_.set_path(PathChoice::Scanout);
  EXPECT_EQ(show(2, std::chrono::seconds(1)), (Said{"upload", "draw"}));
  const char* const why = "the pictures of a Looking Glass host are always copied";
  EXPECT_EQ(loop_.take_news().path_refusal, why);
  EXPECT_EQ(loop_.snapshot().path_refusal, why);
}

TEST_F(Lent, WhatPicturesAreHandedOverInIsToldWhenItIsAnother) {
  show(1);
  EXPECT_EQ(loop_.take_news().output, std::nullopt);
  presenter_.handed_over_in = "own buffers, LINEAR";
  show(2, std::chrono::seconds(1));
  EXPECT_EQ(loop_.take_news().output, "own buffers, LINEAR");
  show(3, std::chrono::seconds(1));
  EXPECT_EQ(loop_.take_news().output, std::nullopt);
}

TEST_F(Lent, WhatNobodyElseTellsEndsASleepWhileRoomIsWaitedFor) {
  presenter_.way = gfx::BorrowWay::DmaBuf;
  presenter_.awaits = 42;
  EXPECT_EQ(loop_.awaited(), -1);
  show(1);
  EXPECT_EQ(loop_.awaited(), -1) << "there is room for another one";
  show(2);
  EXPECT_EQ(loop_.awaited(), 42);
  release();
  step();
  EXPECT_EQ(loop_.awaited(), -1);
}

TEST_F(Lent, ReleasesEndNoSleepWhereNobodyWaitsForThem) {
  show(1);
  EXPECT_TRUE(loop_.lends());
  show(2);
  EXPECT_NE(hears_, PresentLoop::Hears::Everything);
  release();
  loop_.give_back();
  EXPECT_EQ(source_.held, 1) << "without a step";
  show(3);
  source_.newest = 4;
  step();
  EXPECT_EQ(hears_, PresentLoop::Hears::Everything) << "it waits for room";
}

TEST_F(Lent, ThatAnotherGpuDrawsIsTold) {
  show(1);
  EXPECT_FALSE(loop_.take_news().renderer);
  presenter_.driver = "another GPU";
  show(2, std::chrono::seconds(1));
  const auto renderer = loop_.take_news().renderer;
  ASSERT_TRUE(renderer);
  EXPECT_EQ(renderer->name, "fake");
  EXPECT_EQ(renderer->device, "another GPU");
  show(3, std::chrono::seconds(1));
  EXPECT_FALSE(loop_.take_news().renderer);
}

TEST_F(Lent, AreWaitedForAtMostFiftyMilliseconds) {
  show(1);
  show(2);
  EXPECT_TRUE(show(3).empty()) << "two are with the compositor";
  release();
  EXPECT_EQ(show(3, std::chrono::milliseconds(1)), (Said{"borrow slot 3", "draw"}));
  EXPECT_TRUE(show(4).empty());
  EXPECT_TRUE(show(5, LentFrames::kPatience - std::chrono::milliseconds(1)).empty());
  EXPECT_EQ(show(5, std::chrono::milliseconds(1)), (Said{"upload", "draw"}));
  EXPECT_EQ(show(6, std::chrono::milliseconds(1)), (Said{"upload", "draw"})) << "no more waiting";
}

TEST_F(Lent, AreCopiedForAWhileWhereTheCompositorKeepsTwo) {
  show(1);
  show(2);
  show(3);
  EXPECT_EQ(show(3, LentFrames::kPatience), (Said{"upload", "draw"}));
  presenter_.busy.clear();
  EXPECT_EQ(show(4), (Said{"upload", "draw"})) << "or each third picture would wait";
  point(true);
  EXPECT_EQ(show(4), Said{"draw with pointer"});
  point(false);
  EXPECT_EQ(show(5), (Said{"upload", "draw"}));
  EXPECT_EQ(show(6, LentFrames::kCopyFor), (Said{"borrow slot 2", "draw"}));
}

TEST_F(Lent, AreWaitedForWithoutLooking) {
  source_.rings = true;
  source_.bell = 0;
  show(1);
  show(2);
  const std::uint64_t looks = loop_.snapshot().ladder.looks;
  for (int i = 0; i < 4; ++i) {
    EXPECT_TRUE(show(3, std::chrono::milliseconds(1)).empty());
    EXPECT_FALSE(on_doorbell_) << "it would only be refused";
  }
  EXPECT_EQ(loop_.snapshot().ladder.looks, looks)
      << "or a ring would seem to have been for nothing";
}

TEST_F(Lent, AreNoneInMemoryThatMayShrinkUnlessTheUserSaysSo) {
  source_.place->may_shrink = true;
  EXPECT_EQ(show(1), (Said{"upload", "draw"}));
  loop_.set_path(PathChoice::Direct);
  EXPECT_EQ(show(2), (Said{"borrow slot 2", "draw"}));
}

TEST_F(Lent, AsDmaBufsAreOfAnyMemoryAndCopiedWhenNoBufferComesBack) {
  source_.place->may_shrink = true;
  loop_.set_path(PathChoice::Scanout);
  presenter_.way = gfx::BorrowWay::DmaBuf;
  EXPECT_EQ(show(1), (Said{"borrow slot 1", "draw"}));
  EXPECT_EQ(loop_.take_news().path, PixelPath::Scanout);
  EXPECT_EQ(loop_.snapshot().path, PixelPath::Scanout);
  show(2);
  EXPECT_TRUE(show(3).empty());
  EXPECT_EQ(show(3, LentFrames::kPatience), (Said{"upload", "draw"})) << "not lost";
  EXPECT_EQ(loop_.snapshot().path, PixelPath::Copy);
  EXPECT_EQ(source_.held, 2) << "nobody said that they are not read any more";
}

TEST_F(Lent, SaysOnceWhyTheyAreNoDmaBufs) {
  loop_.set_path(PathChoice::Scanout);
  presenter_.refusal = "the compositor cannot";
  show(1);
  const PresentNews news = loop_.take_news();
  EXPECT_EQ(news.path_refusal, "the compositor cannot");
  EXPECT_EQ(news.path, PixelPath::Direct);
  EXPECT_EQ(loop_.snapshot().path_refusal, "the compositor cannot");
  presenter_.busy.clear();
  show(2);
  EXPECT_EQ(loop_.take_news().path_refusal, std::nullopt);
}

TEST_F(Lent, AreNoneWhenTheUserSaysSo) {
  loop_.set_path(PathChoice::Copy);
  EXPECT_EQ(show(1), (Said{"upload", "draw"}));
  EXPECT_EQ(source_.held, 0);
  EXPECT_EQ(loop_.take_news().path, PixelPath::Copy);
}

TEST_F(Lent, AreNoneWhereThePresenterRefuses) {
  presenter_.borrow_fails = ErrorCode::Busy;
  EXPECT_EQ(show(1), (Said{"upload", "draw"}));
  EXPECT_EQ(source_.held, 0);
}

TEST_F(Lent, EndWithTheConnection) {
  presenter_.borrow_fails = ErrorCode::Lost;
  source_.newest = 1;
  const auto sleep = loop_.step(now_);
  ASSERT_FALSE(sleep);
  EXPECT_EQ(sleep.error().code, ErrorCode::Lost);
}

TEST_F(Lent, AreCopiedWhileAPointerIsDrawnOnThem) {
  show(1);
  point(true);
  EXPECT_EQ(show(1), (Said{"upload", "draw with pointer"})) << "the same frame, in the same step";
  EXPECT_EQ(show(2), (Said{"upload", "draw with pointer"}));
  point(false);
  EXPECT_EQ(show(2), Said{"draw"});
  EXPECT_EQ(show(3), (Said{"borrow slot 3", "draw"}));
  PresentRequests requests;
  requests.show_pointer = false;
  ask(requests);
  point(true);
  presenter_.take();
  presenter_.busy.clear();
  EXPECT_EQ(show(4), (Said{"borrow slot 0", "draw"})) << "the desktop's pointer wears its image";
}

TEST_F(Lent, AreTakenAnewByTheStepThatFindsThemStale) {
  show(1);
  presenter_.stale = true;
  presenter_.borrow_fails = ErrorCode::Unsupported;  // a panel
  PresentRequests requests;
  requests.panel = {"text"};
  ask(requests);
  EXPECT_EQ(presenter_.take(), (Said{"panel of 1", "upload", "draw"}));
  EXPECT_EQ(presenter_.uploads.back(), std::vector<Rect>{full_rect(kPicture)});
}

TEST_F(Lent, StayOnTheScreenWhileThereIsNoBufferForTheCopy) {
  show(1);
  presenter_.upload_fails = ErrorCode::Busy;
  point(true);
  EXPECT_TRUE(show(1).empty());
  presenter_.upload_fails.reset();
  EXPECT_EQ(show(1), (Said{"upload", "draw with pointer"}));
}

TEST_F(Lent, GiveWayToTextWhenThereIsNoFrameToTakeAnew) {
  show(1);
  source_.newest = source_.seen = 0;  // another session, without pictures so far
  point(true);
  step();
  EXPECT_EQ(presenter_.take(), Said{"text Waiting for the guest's first picture"});
}

TEST_F(Lent, StayOnTheScreenWhenTheFrameTakenAnewIsOverwritten) {
  show(1);
  source_.torn = 1;
  point(true);
  EXPECT_EQ(show(1), Said{"upload"});
  EXPECT_EQ(show(1), (Said{"upload", "draw with pointer"}));
}

TEST_F(Lent, AreCountedOnceHoweverOftenTheyAreTaken) {
  show(1);
  point(true);
  EXPECT_EQ(show(1), (Said{"upload", "draw with pointer"}));
  pace::FrameSummary summary;
  pace::FrameTimes times;
  while (log_.pop(times)) summary.add(times);
  EXPECT_EQ(summary.commits, 3U) << "the text, too";
  EXPECT_EQ(summary.frames, 1U);
  EXPECT_EQ(summary.borrowed, 1U);
}

TEST_F(Lent, AreGivenBackAtOnceWhenTheWindowIsHiddenAndAreBackInOneStep) {
  show(1);
  surface_.pending = {.hidden = true, .generation = 5};
  step(Nanoseconds(0));
  EXPECT_EQ(source_.held, 0);
  EXPECT_EQ(presenter_.take(), Said{"unmapped"});
  presenter_.busy.clear();
  presenter_.stale = true;
  surface_.pending = {.buffer = {100, 50}};
  step(Nanoseconds(0));
  EXPECT_EQ(presenter_.take(), (Said{"resize 100", "borrow slot 1", "draw"}));
}

TEST_F(Lent, MakeRoomForACopyWhenNobodyLooksAnyMore) {
  show(1);
  surface_.pending = {.buffer = {100, 50}, .suspended = true};
  step(Nanoseconds(0));
  EXPECT_EQ(presenter_.take(), (Said{"resize 100", "upload", "draw"}));
  release();
  step();
  EXPECT_EQ(source_.held, 0);
}

TEST_F(Lent, MakeRoomForACopyWhenNoFrameCallbackComes) {
  source_.newest = 1;
  step();
  presenter_.take();
  step(pace::PresentGate::kHiddenAfter);
  EXPECT_EQ(presenter_.take(), (Said{"upload", "draw"}));
  step();
  EXPECT_TRUE(presenter_.take().empty()) << "once";
}

TEST_F(Lent, ThatAreOverwrittenAreNotKept) {
  source_.torn = 1;
  source_.newest = 1;
  step();
  EXPECT_EQ(source_.held, 0);
  EXPECT_EQ(source_.seen, 0U);
}

}  // namespace
}  // namespace pierglass::app
