// SPDX-License-Identifier: GPL-2.0-or-later
// Frames that a GPU samples where the guest wrote them: what else than with a compositor that reads
// them (lent_frames_test.cpp) is held, drawn and told.
#include <gtest/gtest.h>

#include "app/lent_frames.hpp"
#include "tests/unit/app/loop_bench.hpp"

namespace pierglass::app {
namespace {

class Sampled : public Loop {
 protected:
  Sampled() {
    source_.place.emplace();  // may shrink: what a GPU reads does not
    presenter_.way = gfx::BorrowWay::Sampled;
    presenter_.borrow_fails.reset();
    step();
    loop_.on_callback(now_);
    presenter_.take();
    loop_.take_news();
  }
  Said show(std::uint64_t frame) {
    source_.newest = frame;
    step(std::chrono::milliseconds(16));
    loop_.on_callback(now_);
    return presenter_.take();
  }
  void gpu_is_done() { presenter_.busy.clear(); }
  void point(std::int32_t x) {
    static const pixel::CursorImage image;
    source_.pointer = {.position = {x, 1}, .visible = true, .serial = 1, .image = &image};
  }
};

TEST_F(Sampled, AreHeldUntilTheGpuIsDone) {
  EXPECT_EQ(show(1), (Said{"borrow slot 1", "draw"}));
  step();
  EXPECT_EQ(source_.held, 1);
  gpu_is_done();
  step();
  EXPECT_EQ(source_.held, 0);
  EXPECT_TRUE(presenter_.take().empty());
}

TEST_F(Sampled, AreLookedAfterWhileTheyAreHeld) {
  show(1);
  source_.status = source::GuestStatus::Absent;  // looked for ten times a second
  step(std::chrono::seconds(1));
  loop_.on_callback(now_);
  step(std::chrono::seconds(1));
  EXPECT_LE(loop_sleep_, std::chrono::milliseconds(20));
  gpu_is_done();
  step(std::chrono::milliseconds(20));
  EXPECT_GT(loop_sleep_, std::chrono::milliseconds(20)) << "an idle guest costs nothing";
}

TEST_F(Sampled, AreWaitedForWhenTwoAreHeld) {
  show(1);
  show(2);
  EXPECT_TRUE(show(3).empty());
  EXPECT_LE(loop_sleep_, std::chrono::milliseconds(1));
  presenter_.busy.erase(presenter_.busy.begin());
  EXPECT_EQ(show(3), (Said{"borrow slot 3", "draw"}));
}

TEST_F(Sampled, CarryAPointer) {
  point(1);
  EXPECT_EQ(show(1), (Said{"borrow slot 1", "draw with pointer"}));
  point(2);
  EXPECT_EQ(show(1), Said{"draw with pointer"}) << "it is held yet";
  gpu_is_done();
  point(3);
  EXPECT_EQ(show(1), (Said{"borrow slot 1", "draw with pointer"})) << "nothing is copied";
}

TEST_F(Sampled, AreTakenAnewWithoutACopyWhenTheGpuEndsBetweenLookAndDraw) {
  show(1);
  show(2);
  ASSERT_EQ(source_.held, 2);
  presenter_.done_with_draw = true;
  point(1);
  EXPECT_EQ(show(2), (Said{"borrow slot 2", "draw with pointer"}));
  EXPECT_TRUE(presenter_.uploads.empty());
}

TEST_F(Sampled, AreToldAsImportAndTheReasonForCopiesOnce) {
  show(1);
  PresentNews news = loop_.take_news();
  EXPECT_EQ(news.path, PixelPath::Import);
  EXPECT_EQ(news.path_refusal, std::nullopt);
  EXPECT_EQ(loop_.snapshot().path, PixelPath::Import);
  gpu_is_done();
  presenter_.borrow_fails = ErrorCode::Unsupported;
  presenter_.refusal = "no such driver";
  EXPECT_EQ(show(2), (Said{"upload", "draw"})) << "the same frame";
  news = loop_.take_news();
  EXPECT_EQ(news.path, PixelPath::Copy);
  EXPECT_EQ(news.path_refusal, "no such driver");
  EXPECT_EQ(loop_.snapshot().path, PixelPath::Copy);
  EXPECT_EQ(loop_.snapshot().path_refusal, "no such driver");
  show(3);
  EXPECT_EQ(loop_.take_news().path_refusal, std::nullopt);
}

TEST_F(Sampled, AreNoneWhereTheUserWantsCopies) {
  loop_.set_path(PathChoice::Copy);
  EXPECT_EQ(show(1), (Said{"upload", "draw"}));
  loop_.set_path(PathChoice::Auto);
  EXPECT_EQ(show(2), (Said{"borrow slot 2", "draw"}));
}

TEST_F(Sampled, AreNotCopiedWhenNobodySeesThem) {
  show(1);
  surface_.pending = {.buffer = {100, 50}, .suspended = true};
  step();
  step();
  EXPECT_TRUE(presenter_.uploads.empty());
  gpu_is_done();
  step();
  EXPECT_EQ(source_.held, 0);
}

}  // namespace
}  // namespace pierglass::app
