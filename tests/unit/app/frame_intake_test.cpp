// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/frame_intake.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/unit/app/loop_bench.hpp"

namespace pierglass::app {
namespace {

using source::GuestStatus;

// A guest that shows its frames while it still writes them.
class Rows : public Loop {
 protected:
  static constexpr Nanoseconds kSoon = std::chrono::microseconds(200);

  Rows() {
    show_first_frame();
    presenter_.uploads.clear();
    source_.newest = 2;
    source_.rows = 0;
  }
  // The guest is slow: when that many rows are written, the frame has been waited for a while.
  Nanoseconds rows_come(std::uint32_t rows) {
    if (source_.held == 0) {
      source_.rows = 0;
      step(kSoon);
    }
    source_.rows = rows;
    return step(FrameIntake::kSlowCopy);
  }
  void point_at(Point position) {
    static const pixel::CursorImage image;
    source_.pointer = {.position = position, .visible = true, .serial = 1, .image = &image};
  }
};

Rect rows_of(std::uint32_t first, std::uint32_t end) {
  return {0, first, kPicture.width, end - first};
}

TEST_F(Rows, AreTakenOverInBandsAsTheyCome) {
  EXPECT_LE(rows_come(0), kSoon);
  EXPECT_LE(rows_come(1), kSoon);
  EXPECT_TRUE(presenter_.take().empty()) << "too few to be worth an upload";
  rows_come(2);
  rows_come(3);
  rows_come(7);
  EXPECT_EQ(presenter_.take(), (Said{"upload", "upload"})) << "nothing drawn";
  EXPECT_EQ(source_.held, 1);
  EXPECT_GT(rows_come(8), kSoon);
  EXPECT_EQ(presenter_.take(), (Said{"upload", "draw"}));
  EXPECT_EQ(presenter_.uploads,
            (std::vector<std::vector<Rect>>{{rows_of(0, 2)}, {rows_of(2, 7)}, {rows_of(7, 8)}}));
  EXPECT_EQ(source_.held, 0);
  EXPECT_EQ(source_.seen, 2u);
}

TEST_F(Rows, OfAPromptCopyAreTakenAllAtOnce) {
  for (std::uint32_t rows = 0; rows < kPicture.height; ++rows) {
    source_.rows = rows;
    EXPECT_LE(step(kSoon), kSoon);
  }
  EXPECT_TRUE(presenter_.take().empty());
  source_.rows = kPicture.height;
  step(kSoon);
  EXPECT_EQ(presenter_.take(), (Said{"upload", "draw"}));
}

TEST_F(Rows, ThatComeOneByOneCostFourUploads) {
  for (std::uint32_t row = 0; row <= kPicture.height; ++row) rows_come(row);
  EXPECT_EQ(presenter_.uploads.size(), FrameIntake::kBands);
}

TEST_F(Rows, ThatAreThereAtOnceCostOneUpload) {
  EXPECT_GT(rows_come(8), kSoon);
  EXPECT_EQ(presenter_.take(), (Said{"upload", "draw"}));
  EXPECT_EQ(presenter_.uploads, (std::vector<std::vector<Rect>>{{full_rect(kPicture)}}));
}

TEST_F(Rows, ThatDidNotChangeAreNotTaken) {
  source_.damage.emplace();
  source_.damage->add({1, 2, 3, 2});
  source_.damage->add({6, 4, 1, 2});
  rows_come(2);
  EXPECT_TRUE(presenter_.take().empty());
  rows_come(5);
  EXPECT_EQ(presenter_.take(), Said{"upload"});
  rows_come(6);
  rows_come(7);
  EXPECT_EQ(presenter_.take(), Said{"upload"}) << "the rest is the guest's to finish";
  rows_come(8);
  EXPECT_EQ(presenter_.take(), Said{"draw"});
  EXPECT_EQ(presenter_.uploads,
            (std::vector<std::vector<Rect>>{{{1, 2, 3, 2}, {6, 4, 1, 1}}, {{6, 5, 1, 1}}}));
}

TEST_F(Rows, WithoutAnyChangeAreWaitedForAllTheSame) {
  source_.damage.emplace();
  rows_come(7);
  EXPECT_TRUE(presenter_.take().empty());
  rows_come(8);
  EXPECT_EQ(presenter_.take(), (Said{"upload", "draw"}));
  EXPECT_EQ(presenter_.uploads, (std::vector<std::vector<Rect>>{{}}));
}

TEST_F(Rows, OfAPictureOfAnotherKindAreTakenOverAllAtOnce) {
  using Change = void (*)(pixel::ConstImage&);
  for (const Change change :
       {Change([](pixel::ConstImage& of) { of.size.width = 4; }),
        Change([](pixel::ConstImage& of) { of.format = wire::PixelFormat::Xbgr8888; }),
        Change([](pixel::ConstImage& of) { of.colour.compress = true; }),
        Change([](pixel::ConstImage& of) { of.rotation = wire::Rotation::Turn90; })}) {
    change(source_.image);
    rows_come(7);
    EXPECT_TRUE(presenter_.take().empty());
    rows_come(8);
    EXPECT_EQ(presenter_.take(), (Said{"upload", "draw"}));
    loop_.on_callback(now_);
    source_.rows = 0;
    ++source_.newest;
  }
}

TEST_F(Rows, OfTheFirstPictureAreWaitedForUnderTheText) {
  source_.status = GuestStatus::Absent;
  step();
  loop_.on_callback(now_);
  presenter_.take();
  source_.status = GuestStatus::Live;
  step();
  rows_come(7);
  EXPECT_TRUE(presenter_.take().empty());
  rows_come(8);
  EXPECT_EQ(presenter_.take(), (Said{"upload", "draw"}));
}

TEST_F(Rows, ThatNeverComeCostLittleAndAreGivenUp) {
  int looks = 0;  // at the rows
  source_.rows = 3;
  for (const HostTime end = now_ + std::chrono::seconds(10); now_ < end;) {
    step(loop_sleep_);
    loop_.on_callback(now_);
    looks += source_.held;
  }
  EXPECT_LE(presenter_.uploads.size(), 25u) << "in ten seconds";
  EXPECT_GE(presenter_.uploads.size(), 10u) << "but the guest is not given up";
  EXPECT_EQ(loop_.snapshot().torn, presenter_.uploads.size());
  EXPECT_LE(looks, 8000);
}

TEST_F(Rows, ThatNeverComeLeaveThePointerMoving) {
  rows_come(3);
  step(FrameIntake::kPatience);
  EXPECT_EQ(source_.held, 0);
  presenter_.take();
  point_at({1, 1});
  rows_come(3);
  EXPECT_EQ(presenter_.take(), Said{"draw with pointer"});
}

TEST_F(Rows, ThatComeAfterThePatienceAreTakenWithTheNextTry) {
  rows_come(5);
  step(FrameIntake::kPatience);
  EXPECT_EQ(source_.held, 0);
  EXPECT_EQ(source_.seen, 1u);
  EXPECT_EQ(loop_.snapshot().torn, 1u);
  presenter_.take();
  source_.rows = 8;
  step();
  EXPECT_EQ(presenter_.take(), (Said{"upload", "draw"}));
  EXPECT_EQ(presenter_.uploads.back(), (std::vector<Rect>{full_rect(kPicture)}));
}

TEST_F(Rows, OfAGuestThatFallsSilentAreForgotten) {
  rows_come(5);
  EXPECT_EQ(presenter_.take(), Said{"upload"});
  source_.status = GuestStatus::Silent;
  step();
  EXPECT_EQ(source_.held, 0);
  EXPECT_EQ(presenter_.take(), (Said{"text The guest does not answer; waiting for it"}));
  loop_.on_callback(now_);
  source_.status = GuestStatus::Live;
  source_.rows = 7;
  step();
  EXPECT_TRUE(presenter_.take().empty()) << "a picture after a text comes whole";
  rows_come(8);
  EXPECT_EQ(presenter_.take(), (Said{"upload", "draw"}));
}

TEST_F(Rows, ThatAreTakenAwayAgainEndTheWaiting) {
  rows_come(5);
  rows_come(0);
  EXPECT_EQ(source_.held, 0);
  EXPECT_EQ(loop_.snapshot().torn, 1u);
  EXPECT_EQ(presenter_.take(), Said{"upload"});
}

TEST_F(Rows, OverwrittenWhileReadAreNotShown) {
  source_.torn = 1;
  rows_come(4);
  rows_come(8);
  EXPECT_EQ(presenter_.take(), (Said{"upload", "upload"}));
  EXPECT_EQ(loop_.snapshot().torn, 1u);
  step();
  EXPECT_EQ(presenter_.take(), (Said{"upload", "draw"}));
}

TEST_F(Rows, ThatFindNoBufferAreTakenLater) {
  rows_come(4);
  presenter_.upload_fails = ErrorCode::Busy;
  rows_come(8);
  EXPECT_EQ(source_.held, 0);
  EXPECT_EQ(loop_.snapshot().busy, 1u);
  presenter_.upload_fails.reset();
  presenter_.take();
  step();
  EXPECT_EQ(presenter_.take(), (Said{"upload", "draw"}));
}

TEST_F(Rows, ThePointerIsNotDrawnBetweenTwoPictures) {
  rows_come(0);
  point_at({1, 1});
  rows_come(0);
  EXPECT_EQ(presenter_.take(), Said{"draw with pointer"}) << "over the old picture";
  loop_.on_callback(now_);
  rows_come(4);
  point_at({2, 2});
  rows_come(4);
  EXPECT_EQ(presenter_.take(), Said{"upload"});
  rows_come(8);
  EXPECT_EQ(presenter_.take(), (Said{"upload", "draw with pointer"}));
}

TEST_F(Rows, AResizeBetweenTwoPicturesIsDrawnWithTheNew) {
  rows_come(4);
  surface_.pending = VideoSurface::State{.buffer = {200, 100}};
  rows_come(4);
  EXPECT_EQ(presenter_.take(), (Said{"upload", "resize 200"}));
  rows_come(8);
  EXPECT_EQ(presenter_.take(), (Said{"upload", "draw"}));
}

TEST_F(Rows, AreTakenOnWhileTheCallbackIsOutstanding) {
  rows_come(0);
  surface_.pending = VideoSurface::State{.buffer = {200, 100}};
  rows_come(0);
  EXPECT_EQ(presenter_.take(), (Said{"resize 200", "draw"}));
  rows_come(8);
  EXPECT_EQ(presenter_.take(), Said{"upload"});
  EXPECT_EQ(source_.held, 0);
  loop_.on_callback(now_);
  step(kSoon);
  EXPECT_EQ(presenter_.take(), Said{"draw"});
}

TEST_F(Rows, AreOneFrameToTheCadenceAndNoLooks) {
  const auto before = loop_.snapshot().ladder;
  rows_come(0);
  const auto found = loop_.snapshot().ladder;
  EXPECT_EQ(found.frames, before.frames + 1) << "when it was found";
  for (std::uint32_t row = 1; row <= kPicture.height; ++row) rows_come(row);
  const auto after = loop_.snapshot().ladder;
  EXPECT_EQ(after.frames, found.frames);
  EXPECT_EQ(after.looks, found.looks) << "nobody looked for a newer frame";
  step(kSoon);
  EXPECT_EQ(loop_.snapshot().ladder.looks, found.looks) << "nor while none could be drawn";
  loop_.on_callback(now_);
  step(kSoon);
  EXPECT_EQ(loop_.snapshot().ladder.looks, found.looks + 1);
}

TEST_F(Rows, AreAddedUpInTheRecord) {
  pace::FrameTimes times;
  while (log_.pop(times)) {
  }
  source_.newest = 4;
  const HostTime looked = now_;
  source_.rows = 0;
  step(kSoon);
  const HostTime seen = now_;
  for (const std::uint32_t rows : {4u, 8u}) rows_come(rows);
  loop_.on_callback(HostClock::now());
  ASSERT_TRUE(log_.pop(times));
  EXPECT_EQ(times.sequence, 4u);
  EXPECT_EQ(times.skipped, 2u);
  EXPECT_EQ(times.bytes, 512u);
  EXPECT_EQ(times.rows, 16u);
  EXPECT_EQ(times.looked, looked);
  EXPECT_EQ(times.seen, seen);
  EXPECT_LE(times.acquired, times.uploaded);
  EXPECT_LE(times.uploaded, times.draw_began);
}

TEST_F(Rows, OfAFrameThatWasTakenButNeverShownCountItAsSkipped) {
  rows_come(0);
  surface_.pending = VideoSurface::State{.buffer = {200, 100}};
  rows_come(0);
  rows_come(8);
  source_.newest = 3;
  rows_come(8);
  pace::FrameTimes times;
  while (log_.pop(times)) {
  }
  loop_.on_callback(now_);
  step(kSoon);
  loop_.on_callback(now_);
  pace::FrameTimes last;
  while (log_.pop(times)) last = times;
  EXPECT_EQ(last.sequence, 3u);
  EXPECT_EQ(last.skipped, 1u);
}

}  // namespace
}  // namespace pierglass::app
