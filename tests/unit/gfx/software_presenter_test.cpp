// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/software_presenter.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "tests/unit/gfx/software_bench.hpp"

namespace pierglass::gfx::test {
namespace {

constexpr std::array kRotations = {wire::Rotation::None, wire::Rotation::Turn90,
                                   wire::Rotation::Turn180, wire::Rotation::Turn270};

TEST_F(SoftwarePresenterTest, ShowsEachFormatOneToOne) {
  for (const wire::PixelFormat format :
       {Xrgb8888, Xbgr8888, Rgb888, Bgr888, Xbgr2101010, Xbgr16161616f}) {
    start({61, 40}, {61, 40}, format);
    expect_shown({61, 40}, {});
  }
}

TEST_F(SoftwarePresenterTest, ShowsEachColourAndTakesAnotherOneWhole) {
  for (const wire::PixelFormat format : {Xbgr2101010, Xbgr16161616f}) {
    start({61, 40}, {61, 40}, format);
    for (const pixel::Colour& colour :
         {pixel::Colour{wire::ColourSpace::ScrgbLinear, 80'000, true},
          pixel::Colour{wire::ColourSpace::ScrgbLinear, 203'000, true},
          pixel::Colour{wire::ColourSpace::Bt2020Pq, 203'000, true},
          pixel::Colour{wire::ColourSpace::Bt2020Pq, 203'000, false}}) {
      picture.colour = colour;
      scribble(picture, full_rect(picture.size), random);
      const Rect little{0, 0, 1, 1};
      ASSERT_TRUE(presenter.upload(picture.stored(), {&little, 1}));
      expect_shown({61, 40}, {});
    }
  }
}

TEST_F(SoftwarePresenterTest, FindsOutWithWhichStoresToCopyByItsFirstCopies) {
  start({640, 480}, {640, 480}, Xrgb8888);
  upload({0, 0, 10, 10});
  EXPECT_EQ(presenter.output(), "") << "little ones say nothing";
  for (int i = 1; i < 2 * pixel::StoreTrial::kCopies; ++i) {
    EXPECT_EQ(presenter.output(), "");
    upload(full_rect(picture.size));
    expect_shown({640, 480}, {});
  }
  EXPECT_NE(presenter.output().find("streaming stores"), std::string_view::npos);
  EXPECT_NE(presenter.output().find("plain stores"), std::string_view::npos);
  const std::string found(presenter.output());
  upload(full_rect(picture.size));
  expect_shown({640, 480}, {});
  EXPECT_EQ(presenter.output(), found);
}

TEST_F(SoftwarePresenterTest, ConversionsSayNothingOfStores) {
  start({640, 480}, {640, 480}, Xbgr8888);
  for (int i = 0; i < 2 * pixel::StoreTrial::kCopies; ++i) upload(full_rect(picture.size));
  EXPECT_EQ(presenter.output(), "");
}

TEST_F(SoftwarePresenterTest, RotatedPicturesStandUprightAndSoDoesTheirPointer) {
  const pixel::CursorImage image = random_pointer(wire::CursorType::Colour, {9, 14}, random);
  for (const Size window : {Size{61, 40}, Size{40, 61}, Size{90, 77}}) {
    for (const wire::Rotation rotation : kRotations) {
      ASSERT_TRUE(presenter.resize(window));
      picture = Picture({61, 40}, Xbgr8888);
      picture.rotation = rotation;
      upload(full_rect(picture.size));
      expect_shown(window, {});
      expect_shown(window, {&image, 1, {39, 60}});
      expect_shown(window, {&image, 1, {3, 3}});
      upload({7, 11, 20, 5});
      expect_shown(window, {&image, 1, {3, 5}});
    }
  }
}

TEST_F(SoftwarePresenterTest, DamageOfARotatedPictureIsReportedWhereItIsSeen) {
  for (const wire::Rotation rotation : kRotations) {
    picture = Picture({61, 41}, Xrgb8888);
    picture.rotation = rotation;
    ASSERT_TRUE(presenter.resize(picture.upright()));
    upload(full_rect(picture.size));
    expect_shown(picture.upright(), {});
    for (const Rect& rect : {Rect{0, 0, 1, 1}, Rect{60, 40, 1, 1}, Rect{5, 7, 30, 2}}) {
      upload(rect);
      expect_shown(picture.upright(), {});
      EXPECT_EQ(screen.damaged_pixels, rect.area());
    }
  }
}

TEST_F(SoftwarePresenterTest, AFrameInBandsIsOneCommit) {
  start({64, 64}, {64, 64});
  expect_shown({64, 64}, {});
  for (int frame = 0; frame < 5; ++frame) {
    for (const Rect& band : {Rect{0, 0, 64, 16}, Rect{0, 16, 64, 30}, Rect{0, 46, 64, 18}}) {
      upload(band);
    }
    expect_shown({64, 64}, {});
    EXPECT_EQ(screen.damaged_pixels, 64U * 64);
  }
  EXPECT_EQ(screen.alive, 2);
}

TEST_F(SoftwarePresenterTest, BuffersThatWereFreedAreMadeAnewWithTheSamePicture) {
  const pixel::CursorImage image = random_pointer(wire::CursorType::Colour, {9, 14}, random);
  for (const Size window : {Size{64, 64}, Size{100, 90}}) {
    start(window, {64, 64});
    for (const bool uncommitted : {false, true}) {
      expect_shown(window, {});
      upload({3, 4, 20, 5});
      if (!uncommitted) expect_shown(window, {&image, 1, {5, 5}});
      screen.release_down_to(0);
      presenter.free_buffers();
      EXPECT_EQ(screen.alive, 0);
      expect_shown(window, {&image, 1, {30, 5}});
      expect_shown(window, {});
    }
  }
}

TEST_F(SoftwarePresenterTest, TheLargestPointerIsDrawn) {
  start({600, 530}, {600, 530});
  const pixel::CursorImage image = random_pointer(
      wire::CursorType::MaskedColour, {pixel::kMaxPointerSide, pixel::kMaxPointerSide}, random);
  expect_shown({600, 530}, {&image, 1, {260, 262}});
  expect_shown({600, 530}, {});
}

TEST_F(SoftwarePresenterTest, DrawsBlackBarsAroundAPictureOfAnotherAspect) {
  start({61, 60}, {61, 40});
  expect_shown({61, 60}, {});
  start({100, 40}, {61, 40});
  expect_shown({100, 40}, {});
}

TEST_F(SoftwarePresenterTest, ScalesUpAndDown) {
  start({150, 90}, {61, 40});
  expect_shown({150, 90}, {});
  start({30, 17}, {61, 40});
  expect_shown({30, 17}, {});
}

TEST_F(SoftwarePresenterTest, APartialUploadReadsOnlyItsRectangles) {
  start({64, 64}, {64, 64});
  expect_shown({64, 64}, {});
  const Picture before = picture;
  scribble(picture, full_rect(picture.size), random);  // all of it changes, little is reported
  const std::array<Rect, 2> rects = {Rect{3, 5, 10, 4}, Rect{40, 5, 2, 9}};
  const Result<UploadStats> stats = presenter.upload(picture.stored(), rects);
  ASSERT_TRUE(stats);
  EXPECT_EQ(stats->bytes, (10U * 4 + 2 * 9) * 4);
  EXPECT_EQ(stats->rows, 9U);
  ASSERT_TRUE(presenter.draw({}));
  EXPECT_EQ(screen.damaged_pixels, 10U * 4 + 2 * 9);
  for (std::uint32_t y = 0; y < 64; ++y) {
    for (std::uint32_t x = 0; x < 64; ++x) {
      const bool changed =
          std::ranges::any_of(rects, [&](const Rect& rect) { return rect.contains({x, y, 1, 1}); });
      ASSERT_EQ(screen.shown.at(x, y), (changed ? picture : before).at(x, y));
    }
  }
}

TEST_F(SoftwarePresenterTest, AMovedPointerDamagesWhereItWasAndWhereItIs) {
  start({64, 64}, {64, 64});
  const pixel::CursorImage image = random_pointer(wire::CursorType::Colour, {8, 8}, random);
  expect_shown({64, 64}, {&image, 1, {10, 10}});
  expect_shown({64, 64}, {&image, 1, {50, 50}});
  EXPECT_EQ(screen.damaged_pixels, 2U * 64);
  expect_shown({64, 64}, {});
  EXPECT_EQ(screen.damaged_pixels, 64U);
  expect_shown({64, 64}, {});
  EXPECT_EQ(screen.damaged_pixels, 0U);
}

TEST_F(SoftwarePresenterTest, PointersOfEveryTypeLookLikeTheReference) {
  for (const auto type :
       {wire::CursorType::Colour, wire::CursorType::Monochrome, wire::CursorType::MaskedColour}) {
    const pixel::CursorImage image = random_pointer(type, {13, 21}, random);
    start({64, 64}, {64, 64});
    expect_shown({64, 64}, {&image, 1, {-2, 60}});
    expect_shown({64, 64}, {&image, 1, {30, 30}});
    start({100, 50}, {64, 64});
    expect_shown({100, 50}, {&image, 1, {30, 30}});
    expect_shown({100, 50}, {&image, 1, {63, 1}});
  }
}

TEST_F(SoftwarePresenterTest, TwoBuffersAreEnoughForACompositorThatHoldsOne) {
  start({64, 64}, {64, 64});
  for (int i = 0; i < 10; ++i) {
    upload(random_rect(picture.size));
    expect_shown({64, 64}, {});
  }
  EXPECT_EQ(screen.alive, 2);
}

TEST_F(SoftwarePresenterTest, OneBufferIsEnoughForACompositorThatHoldsNone) {
  screen.held = 0;
  start({64, 64}, {64, 64});
  for (int i = 0; i < 10; ++i) {
    upload(random_rect(picture.size));
    expect_shown({64, 64}, {});
  }
  EXPECT_EQ(screen.alive, 1);
}

TEST_F(SoftwarePresenterTest, IsBusyWhenTheCompositorHoldsAllBuffersAndGoesOnAfterwards) {
  screen.held = SoftwarePresenter::kMaxBuffers;
  start({64, 64}, {64, 64});
  for (std::size_t i = 0; i < SoftwarePresenter::kMaxBuffers; ++i) expect_shown({64, 64}, {});
  scribble(picture, {1, 1, 5, 5}, random);
  const Rect rect{1, 1, 5, 5};
  const Result<UploadStats> stats = presenter.upload(picture.stored(), {&rect, 1});
  ASSERT_FALSE(stats);
  EXPECT_EQ(stats.error().code, ErrorCode::Busy);
  EXPECT_EQ(presenter.draw({}).error().code, ErrorCode::Busy);

  screen.release_down_to(1);
  ASSERT_TRUE(presenter.upload(picture.stored(), {&rect, 1}));
  expect_shown({64, 64}, {});
}

TEST_F(SoftwarePresenterTest, APictureRefusedForWantOfABufferMustComeWhole) {
  ASSERT_TRUE(presenter.resize({64, 64}));
  picture = random_picture({64, 64}, Xrgb8888, random);
  screen.refuse = true;
  const Rect all = full_rect(picture.size);
  EXPECT_EQ(presenter.upload(picture.stored(), {&all, 1}).error().code, ErrorCode::TooLarge);
  EXPECT_EQ(presenter.draw({}).error().code, ErrorCode::NotReady);
  screen.refuse = false;
  const Rect part{0, 0, 1, 1};
  ASSERT_TRUE(presenter.upload(picture.stored(), {&part, 1}));
  expect_shown({64, 64}, {});
}

TEST_F(SoftwarePresenterTest, AnUploadThatFailsForgetsThePictureAndThePointer) {
  start({64, 64}, {64, 64});
  const pixel::CursorImage image = random_pointer(wire::CursorType::Colour, {8, 8}, random);
  expect_shown({64, 64}, {&image, 1, {10, 10}});
  ASSERT_EQ(screen.alive, 1);  // still with the screen, so that another is needed
  screen.refuse = true;
  const Rect part{0, 0, 1, 1};
  EXPECT_EQ(presenter.upload(picture.stored(), {&part, 1}).error().code, ErrorCode::TooLarge);
  EXPECT_EQ(presenter.draw({}).error().code, ErrorCode::NotReady);
  ASSERT_TRUE(presenter.resize({80, 64}));
  EXPECT_EQ(presenter.draw({}).error().code, ErrorCode::NotReady);
  screen.refuse = false;
  EXPECT_TRUE(presenter.draw_message("too large"));
  ASSERT_TRUE(presenter.upload(picture.stored(), {&part, 1}));
  expect_shown({80, 64}, {});
}

TEST_F(SoftwarePresenterTest, DrawingBeforeAPictureIsNotReady) {
  ASSERT_TRUE(presenter.resize({64, 64}));
  EXPECT_EQ(presenter.draw({}).error().code, ErrorCode::NotReady);
}

TEST_F(SoftwarePresenterTest, AMessageIsWhiteOnBlackAndForgetsThePicture) {
  start({300, 100}, {300, 100});
  expect_shown({300, 100}, {});
  ASSERT_TRUE(presenter.draw_message("waiting for guest"));
  std::uint64_t white = 0;
  for (std::uint32_t y = 0; y < 100; ++y) {
    for (std::uint32_t x = 0; x < 300; ++x) {
      const std::uint32_t pixel = screen.shown.at(x, y);
      ASSERT_TRUE(pixel == 0 || pixel == 0xffffff);
      white += pixel != 0 ? 1 : 0;
      if (y < 40 || y >= 60) {
        ASSERT_EQ(pixel, 0U);
      }
    }
  }
  EXPECT_GT(white, 100U);
  EXPECT_EQ(presenter.draw({}).error().code, ErrorCode::NotReady);
  upload(full_rect(picture.size));
  expect_shown({300, 100}, {});
}

TEST_F(SoftwarePresenterTest, ThePictureSurvivesAResizeWithoutANewUpload) {
  start({64, 64}, {64, 64});
  const pixel::CursorImage image = random_pointer(wire::CursorType::Colour, {8, 8}, random);
  expect_shown({64, 64}, {&image, 1, {10, 10}});
  for (const Size window : {Size{100, 70}, Size{64, 80}, Size{64, 64}, Size{31, 90}}) {
    ASSERT_TRUE(presenter.resize(window));
    expect_shown(window, {&image, 1, {20, 20}});
    expect_shown(window, {});
  }
}

TEST_F(SoftwarePresenterTest, AnotherFilterRedrawsAScaledPictureAndLeavesOneToOneAlone) {
  start({90, 77}, {61, 40});
  expect_shown({90, 77}, {});
  for (std::uint8_t i = 0; i < pixel::kFilterCount; ++i) {
    set_filter(static_cast<pixel::Filter>(i));
    expect_shown({90, 77}, {});
    upload({7, 11, 20, 5});
    expect_shown({90, 77}, {});
  }
  start({61, 40}, {61, 40});
  expect_shown({61, 40}, {});
  set_filter(pixel::Filter::Nearest);
  expect_shown({61, 40}, {});
  EXPECT_EQ(screen.damaged_pixels, 0U);
}

// Any order of uploads, draws, pointer moves, panels, filters, releases, resizes and messages shows
// what the reference does, although the screen only takes over what is reported as damaged.
TEST_F(SoftwarePresenterTest, AnyCourseOfEventsShowsTheReference) {
  const std::array<Size, 5> windows = {Size{64, 48}, Size{64, 60}, Size{97, 61}, Size{40, 48},
                                       Size{48, 64}};
  const std::array<Size, 2> pictures = {Size{64, 48}, Size{50, 30}};
  const std::array<wire::PixelFormat, 4> formats = {Xrgb8888, Xbgr8888, Xbgr2101010, Bgr888};
  const std::array<pixel::CursorImage, 3> pointers = {
      random_pointer(wire::CursorType::Colour, {16, 16}, random),
      random_pointer(wire::CursorType::Monochrome, {16, 9}, random),
      random_pointer(wire::CursorType::MaskedColour, {5, 20}, random)};
  const std::array<std::vector<std::string>, 4> panels = {
      {{}, {"a"}, {"-=-", "+"}, {"much wider than any window", "1", "2", "3", "4"}}};
  Size window = windows[0];
  start(window, pictures[0]);
  CursorOverlay cursor;
  for (int step = 0; step < 3000; ++step) {
    SCOPED_TRACE(step);
    switch (random() % 19) {
      case 0:
        window = windows[random() % windows.size()];
        ASSERT_TRUE(presenter.resize(window));
        break;
      case 1:
        picture = Picture(pictures[random() % 2], formats[random() % 4], 4);
        picture.rotation = kRotations[random() % 4];
        upload(full_rect(picture.size));
        break;
      case 2:
        ASSERT_TRUE(presenter.draw_message("lost"));
        upload(full_rect(picture.size));
        break;
      case 3:
        screen.held = random() % SoftwarePresenter::kMaxBuffers;
        screen.release_down_to(screen.held);
        break;
      case 4:
        cursor.image = random() % 4 == 0 ? nullptr : &pointers[random() % 3];
        ++cursor.serial;
        break;
      case 5:
        set_panel(panels[random() % panels.size()]);
        break;
      case 6:
        set_filter(static_cast<pixel::Filter>(random() % pixel::kFilterCount));
        break;
      case 7:
      case 8:
      case 9:
        cursor.position = {static_cast<std::int32_t>(random() % 90) - 10,
                           static_cast<std::int32_t>(random() % 70) - 10};
        break;
      default:
        upload(random_rect(picture.size));
    }
    if (random() % 3 != 0) {
      expect_shown(window, cursor);
    }
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace pierglass::gfx::test
