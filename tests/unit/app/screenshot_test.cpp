// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <span>

#include "tests/unit/app/loop_bench.hpp"

namespace pierglass::app {
namespace {

class ScreenshotOf : public Loop {
 protected:
  ScreenshotOf() {
    for (std::uint32_t i = 0; i < pixels_.size(); ++i) pixels_[i] = 0x010203 * i;
  }
  std::span<std::uint32_t> pixels_ = source_.pixels;
};

TEST_F(ScreenshotOf, TheNewestFrameComesWithoutThePresenter) {
  show_first_frame();
  pixels_[5] = 0xabcdef;
  const PresentNews news = ask({.screenshot = true});
  ASSERT_TRUE(news.screenshot);
  ASSERT_TRUE(*news.screenshot);
  EXPECT_EQ((*news.screenshot)->size, kPicture);
  for (std::size_t i = 0; i < pixels_.size(); ++i) {
    ASSERT_EQ((*news.screenshot)->pixels[i] & 0xffffff, pixels_[i] & 0xffffff) << i;
  }
  EXPECT_EQ(source_.held, 0);
}

TEST_F(ScreenshotOf, ARotatedFrameStandsUpright) {
  source_.image.size = {4, 2};
  source_.image.pitch = 16;
  source_.image.rotation = wire::Rotation::Turn90;
  source_.rows = 2;
  source_.newest = 1;
  step();
  const PresentNews news = ask({.screenshot = true});
  ASSERT_TRUE(news.screenshot && *news.screenshot);
  EXPECT_EQ((*news.screenshot)->size, (Size{2, 4}));
  EXPECT_EQ((*news.screenshot)->pixels[1] & 0xffffff, pixels_[0]) << "top left went to the right";
}

TEST_F(ScreenshotOf, TheNextFrameIsTakenWholeSoThatTheShownPictureStaysRight) {
  show_first_frame();
  source_.newest = 2;
  source_.damage.emplace();
  source_.damage->add(Rect{0, 0, 1, 1});
  ask({.screenshot = true});
  loop_.on_callback(now_);
  EXPECT_EQ(source_.seen, 2u) << "and the presenter has it";
  const Said said = presenter_.take();
  EXPECT_EQ(said, (Said{"upload", "draw"}));
}

TEST_F(ScreenshotOf, WithoutAGuestOrAFrameThereIsNone) {
  source_.status = source::GuestStatus::Absent;
  PresentNews news = ask({.screenshot = true});
  ASSERT_TRUE(news.screenshot);
  EXPECT_EQ(news.screenshot->error().code, ErrorCode::NotReady);
  source_.status = source::GuestStatus::Live;
  step();
  EXPECT_FALSE(ask({.screenshot = true}).screenshot) << "one may come";
  step(Screenshooter::kPatience);
  news = loop_.take_news();
  ASSERT_TRUE(news.screenshot);
  EXPECT_EQ(news.screenshot->error().code, ErrorCode::NotReady);
}

TEST_F(ScreenshotOf, AFrameThatIsOverwrittenIsTriedAgainForAWhile) {
  show_first_frame();
  source_.torn = 2;
  EXPECT_FALSE(ask({.screenshot = true}).screenshot);
  for (int i = 0; i < 10 && !loop_.has_news(); ++i) {
    step(Screenshooter::kRetry);
    loop_.on_callback(now_);
  }
  PresentNews news = loop_.take_news();
  ASSERT_TRUE(news.screenshot);
  EXPECT_TRUE(*news.screenshot);

  source_.torn = 1'000'000;
  EXPECT_FALSE(ask({.screenshot = true}).screenshot);
  for (int i = 0; i < 200 && !loop_.has_news(); ++i) step(Screenshooter::kRetry);
  news = loop_.take_news();
  ASSERT_TRUE(news.screenshot);
  EXPECT_EQ(news.screenshot->error().code, ErrorCode::Stale);
  EXPECT_EQ(source_.held, 0);
}

TEST_F(ScreenshotOf, AFrameThatIsStillWrittenIsWaitedForAndNoOtherTakenMeanwhile) {
  show_first_frame();
  source_.rows = 4;
  EXPECT_FALSE(ask({.screenshot = true}).screenshot);
  EXPECT_EQ(source_.held, 1);
  source_.newest = 2;
  step(std::chrono::milliseconds(5));
  EXPECT_EQ(source_.held, 1);
  EXPECT_TRUE(presenter_.take().empty());
  source_.rows = kPicture.height;
  step(std::chrono::milliseconds(5));
  const PresentNews news = loop_.take_news();
  ASSERT_TRUE(news.screenshot && *news.screenshot);
  EXPECT_EQ(source_.held, 0);
  EXPECT_EQ(presenter_.take(), (Said{"upload", "draw"}));
}

TEST_F(ScreenshotOf, AFrameThatIsBeingTakenOverComesFirst) {
  show_first_frame();
  source_.newest = 2;
  source_.rows = 4;
  step();
  ASSERT_EQ(source_.held, 1);
  EXPECT_FALSE(ask({.screenshot = true}).screenshot);
  EXPECT_EQ(source_.held, 1);
  source_.rows = kPicture.height;
  step(std::chrono::milliseconds(1));
  step(std::chrono::milliseconds(1));
  EXPECT_TRUE(loop_.take_news().screenshot);
}

TEST_F(ScreenshotOf, AGuestThatGoesMeanwhileEndsTheWaiting) {
  show_first_frame();
  source_.rows = 4;
  ask({.screenshot = true});
  ASSERT_EQ(source_.held, 1);
  source_.status = source::GuestStatus::Absent;
  step();
  EXPECT_EQ(source_.held, 0);
  const PresentNews news = loop_.take_news();
  ASSERT_TRUE(news.screenshot);
  EXPECT_EQ(news.screenshot->error().code, ErrorCode::NotReady);
}

}  // namespace
}  // namespace pierglass::app
