// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/present_loop.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/unit/app/loop_bench.hpp"

namespace pierglass::app {
namespace {

using source::GuestStatus;

TEST_F(Loop, ShowsTheWaitingTextBeforeThereIsAGuest) {
  source_.status = GuestStatus::Absent;
  step();
  EXPECT_EQ(presenter_.take(), (Said{"resize 100", "text waiting"}));
  EXPECT_EQ(surface_.callbacks, 1);
  EXPECT_EQ(surface_.flushes, 1);
  step();
  EXPECT_TRUE(presenter_.take().empty()) << "nothing new, nothing drawn";
}

TEST_F(Loop, UploadsAndDrawsANewFrame) {
  source_.newest = 1;
  step();
  EXPECT_EQ(presenter_.take(), (Said{"resize 100", "upload", "draw"}));
  EXPECT_EQ(source_.held, 0);
}

TEST_F(Loop, HoldsBackWhileACallbackIsOutstandingAndThenTakesTheNewest) {
  source_.newest = 1;
  step();
  presenter_.take();
  source_.newest = 2;
  step();
  source_.newest = 3;
  step();
  EXPECT_TRUE(presenter_.take().empty());
  loop_.on_callback(now_);
  step();
  EXPECT_EQ(presenter_.take(), (Said{"upload", "draw"}));
  EXPECT_EQ(source_.seen, 3u);
}

TEST_F(Loop, RedrawsForThePointerWithoutUploading) {
  show_first_frame();
  static const pixel::CursorImage image;
  source_.pointer = {.position = {1, 1}, .visible = true, .serial = 1, .image = &image};
  step();
  EXPECT_EQ(presenter_.take(), (Said{"draw with pointer"}));
  loop_.on_callback(now_);
  step();
  EXPECT_TRUE(presenter_.take().empty()) << "the pointer stands still";
}

TEST_F(Loop, RedrawsAtOnceWhenTheWindowChangesEvenIfItSeemsHidden) {
  source_.newest = 1;
  step();
  presenter_.take();
  surface_.pending = VideoSurface::State{.buffer = {200, 100}};
  step();
  EXPECT_EQ(presenter_.take(), (Said{"resize 200", "draw"}));
}

TEST_F(Loop, DoesNotShowAFrameThatWasOverwrittenWhileRead) {
  show_first_frame();
  source_.newest = 2;
  source_.torn = 2;
  step();
  step();
  EXPECT_EQ(presenter_.take(), (Said{"upload", "upload"}));
  EXPECT_EQ(loop_.snapshot().torn, 2u);
  step();
  EXPECT_EQ(presenter_.take(), (Said{"upload", "draw"}));
}

TEST_F(Loop, ReadsAGuestThatTearsEveryFrameEverMoreSeldom) {
  show_first_frame();
  source_.newest = 2;
  source_.torn = 1'000'000;
  int uploads = 0;
  for (int i = 0; i < 10'000; ++i) {
    step(std::chrono::milliseconds(1));
    uploads += static_cast<int>(presenter_.take().size());
  }
  EXPECT_LE(uploads, 30) << "in ten seconds";
  EXPECT_GE(uploads, 15) << "but it is not given up";
}

TEST_F(Loop, SaysWhyAPictureCannotBeShownAndTakesTheNextOne) {
  show_first_frame();
  source_.newest = 2;
  presenter_.upload_fails = ErrorCode::TooLarge;
  step();
  ASSERT_EQ(presenter_.said.size(), 1u);
  EXPECT_TRUE(presenter_.take()[0].starts_with("text The guest's picture cannot be shown"));
  EXPECT_EQ(source_.held, 0);
  loop_.on_callback(now_);
  step();
  EXPECT_TRUE(presenter_.take().empty()) << "said once";
  presenter_.upload_fails.reset();
  step();
  EXPECT_EQ(presenter_.take(), (Said{"upload", "draw"}));
}

TEST_F(Loop, SaysWhyAPictureCannotBeDrawnAndTakesTheNextOne) {
  show_first_frame();
  source_.newest = 2;
  presenter_.draw_fails = ErrorCode::OsCall;
  step();
  ASSERT_EQ(presenter_.said.size(), 2u);
  EXPECT_EQ(presenter_.said[0], "upload");
  EXPECT_TRUE(presenter_.take()[1].starts_with("text The guest's picture cannot be shown"));
  EXPECT_EQ(source_.held, 0);
  loop_.on_callback(now_);
  for (int i = 0; i < 100; ++i) {
    step();
    loop_.on_callback(now_);
  }
  const auto tries = std::ranges::count(presenter_.take(), "upload");
  EXPECT_GE(tries, 3) << "in case it can be shown by now";
  EXPECT_LE(tries, 20) << "ever more seldom";
  presenter_.draw_fails.reset();
  step(std::chrono::seconds(2));
  EXPECT_EQ(presenter_.take(), (Said{"upload", "draw"}));
}

TEST_F(Loop, EndsWhenTheConnectionIsLostInADraw) {
  source_.newest = 1;
  presenter_.draw_fails = ErrorCode::Lost;
  EXPECT_FALSE(loop_.step(now_));
  EXPECT_EQ(source_.held, 0);
}

TEST_F(Loop, TakesTheFrameLaterWhenNoBufferIsFreeForItsUpload) {
  show_first_frame();
  source_.newest = 2;
  presenter_.upload_fails = ErrorCode::Busy;
  step();
  EXPECT_TRUE(presenter_.take().empty());
  presenter_.upload_fails.reset();
  step();
  EXPECT_EQ(presenter_.take(), (Said{"upload", "draw"}));
}

TEST_F(Loop, ShowsTextWhenThePresenterHasNoPictureLeft) {
  show_first_frame();
  presenter_.draw_fails = ErrorCode::NotReady;
  surface_.pending = VideoSurface::State{.buffer = {200, 100}};
  step();
  EXPECT_EQ(presenter_.take(), (Said{"resize 200", "text Waiting for the guest's first picture"}));
}

TEST_F(Loop, EndsWhenTheConnectionIsLostInAnUpload) {
  source_.newest = 1;
  presenter_.upload_fails = ErrorCode::Lost;
  EXPECT_FALSE(loop_.step(now_));
  EXPECT_EQ(source_.held, 0);
}

TEST_F(Loop, GoesBlackWithTextWhenTheGuestDiesAndBackWhenItReturns) {
  show_first_frame();
  source_.status = GuestStatus::Silent;
  step();
  EXPECT_EQ(presenter_.take(), (Said{"text The guest does not answer; waiting for it"}));
  loop_.on_callback(now_);
  source_.status = GuestStatus::Live;
  step();
  EXPECT_EQ(presenter_.take(), (Said{"upload", "draw"})) << "also if it is the same frame";
}

TEST_F(Loop, SaysWhyMemoryCannotBeRead) {
  source_.status = GuestStatus::Unreadable;
  source_.error_text = "layout 9";
  step();
  EXPECT_EQ(presenter_.take().back(), "text The guest's memory cannot be used: layout 9");
}

TEST_F(Loop, ShowsANoticeForAWhileAndThenThePicturesAgain) {
  show_first_frame();
  source_.notice_text = "memory too small";
  step();
  EXPECT_EQ(presenter_.take(), (Said{"text memory too small"}));
  loop_.on_callback(now_);
  source_.newest = 2;
  step(std::chrono::seconds(3));
  EXPECT_TRUE(presenter_.take().empty()) << "no frame is taken meanwhile";
  step(std::chrono::seconds(1));
  EXPECT_EQ(presenter_.take(), (Said{"upload", "draw"}));
  EXPECT_EQ(presenter_.uploads.back(), (std::vector<Rect>{full_rect(kPicture)}));
  loop_.on_callback(now_);
  for (int i = 0; i < 4; ++i) step(NoticeScreen::kPause / 2);
  EXPECT_TRUE(presenter_.take().empty()) << "said once";
}

TEST_F(Loop, ShowsThePictureAgainAfterANoticeAlsoWhenNoNewOneComes) {
  show_first_frame();
  source_.notice_text = "memory too small";
  step();
  loop_.on_callback(now_);
  presenter_.take();
  step(NoticeScreen::kShownFor);
  EXPECT_EQ(presenter_.take(), (Said{"upload", "draw"}));
}

TEST_F(Loop, GivesAFrameBackThatANoticeComesUpon) {
  show_first_frame();
  source_.newest = 2;
  source_.rows = 4;  // half written
  step();
  ASSERT_EQ(source_.held, 1);
  source_.notice_text = "memory too small";
  step();
  EXPECT_EQ(source_.held, 0);
  EXPECT_EQ(presenter_.take().back(), "text memory too small");
  source_.rows = kPicture.height;
  loop_.on_callback(now_);
  step(NoticeScreen::kShownFor);
  EXPECT_EQ(presenter_.take(), (Said{"upload", "draw"}));
}

TEST_F(Loop, SaysTheNoticeWhileThereIsNoPicture) {
  step();
  EXPECT_EQ(presenter_.take(), (Said{"resize 100", "text Waiting for the guest's first picture"}));
  loop_.on_callback(now_);
  source_.notice_text = "frames are not finished";
  step();
  EXPECT_EQ(presenter_.take(), (Said{"text frames are not finished"}));
  loop_.on_callback(now_);
  step(NoticeScreen::kShownFor);
  EXPECT_TRUE(presenter_.take().empty()) << "it stays";
  source_.notice_text.clear();
  step();
  EXPECT_EQ(presenter_.take(), (Said{"text Waiting for the guest's first picture"}));
}

TEST_F(Loop, KeepsThePictureWhileAGuestRestartsQuickly) {
  show_first_frame();
  source_.seen = 0;
  source_.newest = 0;  // a new session without a frame yet
  step();
  EXPECT_TRUE(presenter_.take().empty());
}

TEST_F(Loop, RetriesWhenNoBufferIsFree) {
  show_first_frame();
  source_.newest = 2;
  presenter_.fails = ErrorCode::Busy;
  step();
  EXPECT_EQ(presenter_.take(), (Said{"upload"}));
  presenter_.fails.reset();
  step();
  EXPECT_EQ(presenter_.take(), (Said{"draw"}));
  EXPECT_EQ(loop_.snapshot().busy, 1u);
}

TEST_F(Loop, EndsWithThePresentersError) {
  presenter_.fails = ErrorCode::Lost;
  source_.newest = 1;
  const auto result = loop_.step(now_);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::Lost);
  EXPECT_EQ(source_.held, 0);
}

TEST_F(Loop, TellsTheGuestWhenNobodyLooks) {
  source_.newest = 1;
  step();
  step(std::chrono::seconds(1));  // the callback does not come
  EXPECT_EQ(source_.told_visible, (std::vector<bool>{false}));
  loop_.on_callback(now_);
  step();
  EXPECT_EQ(source_.told_visible, (std::vector<bool>{false, true}));
}

TEST_F(Loop, DrawsNothingWhileSuspendedButAnswersTheConfigure) {
  show_first_frame();
  surface_.pending = VideoSurface::State{.buffer = {100, 50}, .suspended = true};
  step();
  EXPECT_EQ(presenter_.take(), (Said{"resize 100", "draw"}));
  loop_.on_callback(now_);
  source_.newest = 2;
  step();
  EXPECT_TRUE(presenter_.take().empty());
  EXPECT_FALSE(source_.told_visible.back());
}

TEST_F(Loop, RecordsTheStagesOfAFrameInOrder) {
  source_.newest = 5;
  now_ = HostClock::now() - std::chrono::milliseconds(60);
  step();
  pace::FrameTimes times;
  ASSERT_FALSE(log_.pop(times)) << "its callback is still to come";
  loop_.on_callback(HostClock::now());
  ASSERT_TRUE(log_.pop(times));
  EXPECT_EQ(times.sequence, 5u);
  EXPECT_EQ(times.bytes, 256u);
  EXPECT_EQ(times.copy_ns, 7u);
  EXPECT_LE(times.seen, times.acquired);
  EXPECT_LE(times.acquired, times.uploaded);
  EXPECT_LE(times.uploaded, times.draw_began);
  EXPECT_LE(times.draw_began, times.committed);
  EXPECT_LE(times.committed, times.callback);
  EXPECT_FALSE(log_.pop(times));
}

TEST_F(Loop, PollsSlowlyWithoutAGuest) {
  source_.status = GuestStatus::Absent;
  step();
  EXPECT_GE(step(), std::chrono::milliseconds(50));
}

}  // namespace
}  // namespace pierglass::app
