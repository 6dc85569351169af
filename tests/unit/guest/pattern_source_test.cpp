// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/core/pattern_source.hpp"

#include <gtest/gtest.h>

#include "pixel/cursor.hpp"
#include "tests/unit/guest/pictures.hpp"

namespace pierglass::guest {
namespace {

using std::chrono::seconds;

constexpr HostTime kStart{seconds(100)};

CaptureOutcome look(PatternSource& source, CapturedFrame& frame, HostTime now = kStart) {
  source.release();
  return source.acquire(now, {}, frame);
}

std::uint32_t number_of(const CapturedFrame& frame) {
  return decode_frame_number(frame.picture).value();
}

TEST(PatternSource, FramesAreNumberedFromOneAndTheFirstIsFull) {
  PatternSource source({.mode = PatternMode::Small, .sizes = {{640, 480}}});
  CapturedFrame frame;
  ASSERT_EQ(look(source, frame), CaptureOutcome::Frame);
  EXPECT_EQ(number_of(frame), 1u);
  ASSERT_EQ(frame.damage.size(), 1u);
  EXPECT_EQ(frame.damage[0], full_rect({640, 480}));
  ASSERT_EQ(look(source, frame), CaptureOutcome::Frame);
  EXPECT_EQ(number_of(frame), 2u);
  EXPECT_FALSE(frame.damage[0].contains(full_rect({640, 480})));
}

TEST(PatternSource, AStillPictureComesOnce) {
  PatternSource source({.mode = PatternMode::Still, .sizes = {{640, 480}}});
  CapturedFrame frame;
  EXPECT_EQ(look(source, frame), CaptureOutcome::Frame);
  EXPECT_EQ(look(source, frame), CaptureOutcome::NoChange);
}

TEST(PatternSource, SizesTakeTurns) {
  PatternSource source(
      {.mode = PatternMode::Still, .sizes = {{640, 480}, {1366, 768}}, .size_time = seconds(2)});
  CapturedFrame frame;
  ASSERT_EQ(look(source, frame), CaptureOutcome::Frame);
  EXPECT_EQ(frame.picture.size, (Size{640, 480}));
  EXPECT_EQ(look(source, frame, kStart + seconds(1)), CaptureOutcome::NoChange);
  ASSERT_EQ(look(source, frame, kStart + seconds(2)), CaptureOutcome::Frame);
  EXPECT_EQ(frame.picture.size, (Size{1366, 768}));
  EXPECT_EQ(frame.damage[0], full_rect({1366, 768}));
  EXPECT_EQ(number_of(frame), 2u);
  ASSERT_EQ(look(source, frame, kStart + seconds(4)), CaptureOutcome::Frame);
  EXPECT_EQ(frame.picture.size, (Size{640, 480}));
}

TEST(PatternSource, AReadersModeIsTaken) {
  PatternSource source({.mode = PatternMode::Full, .sizes = {{640, 480}}});
  CapturedFrame frame;
  ASSERT_EQ(look(source, frame), CaptureOutcome::Frame);
  source.request_mode({800, 600}, 0);
  source.request_mode({0, 600}, 0);  // impossible: ignored
  ASSERT_EQ(look(source, frame), CaptureOutcome::Frame);
  EXPECT_EQ(frame.picture.size, (Size{800, 600}));
}

TEST(PatternSource, TheFormatDecidesTheColourSpace) {
  PatternSource source({.format = wire::PixelFormat::Xbgr16161616f, .sizes = {{640, 480}}});
  CapturedFrame frame;
  ASSERT_EQ(look(source, frame), CaptureOutcome::Frame);
  EXPECT_EQ(frame.picture.format, wire::PixelFormat::Xbgr16161616f);
  EXPECT_EQ(frame.info.colour_space, wire::ColourSpace::ScrgbLinear);
}

TEST(PatternSource, WithoutACursorThePointerIsSilent) {
  PatternSource source({.sizes = {{640, 480}}});
  const PointerUpdate update = source.pointer().poll(kStart);
  EXPECT_FALSE(update.moved || update.reshaped);
}

TEST(PatternSource, ACursorThatStaysIsInTheCentreAndToldOnce) {
  PatternSource source({.sizes = {{640, 480}}, .cursor = wire::CursorType::Colour});
  const PointerUpdate first = source.pointer().poll(kStart);
  EXPECT_TRUE(first.reshaped && first.moved && first.state.visible);
  EXPECT_EQ(first.state.position, pattern_cursor_position({640, 480}, 0));
  EXPECT_EQ(first.state.position, (Point{319, 239}));
  const PointerUpdate second = source.pointer().poll(kStart);
  EXPECT_FALSE(second.reshaped || second.moved);
}

TEST(PatternSource, AMovingCursorFollowsItsPath) {
  PatternSource source(
      {.sizes = {{640, 480}}, .cursor = wire::CursorType::Colour, .cursor_moves = true});
  for (std::uint64_t tick = 0; tick < 2000; ++tick) {
    const PointerUpdate update = source.pointer().poll(kStart);
    ASSERT_TRUE(update.moved) << tick;
    ASSERT_EQ(update.state.position, pattern_cursor_position({640, 480}, tick));
    ASSERT_TRUE(update.state.position.x >= 0 && update.state.position.x < 640);
    ASSERT_TRUE(update.state.position.y >= 0 && update.state.position.y < 480);
  }
}

TEST(PatternSource, AReaderMovesTheCursorInsideThePicture) {
  PatternSource source({.sizes = {{640, 480}}, .cursor = wire::CursorType::Colour});
  (void)source.pointer().poll(kStart);
  source.move_pointer({12, 34});
  EXPECT_EQ(source.pointer().poll(kStart).state.position, (Point{12, 34}));
  source.move_pointer({-5, 70'000});
  EXPECT_EQ(source.pointer().poll(kStart).state.position, (Point{0, 479}));
}

TEST(PatternCursor, EachTypeHasEveryKindOfPixel) {
  const auto kinds = [](wire::CursorType type) {
    const PatternCursor cursor = pattern_cursor(type);
    EXPECT_EQ(cursor.image.size(), cursor.info.bytes());
    const auto image = pixel::make_cursor_image(cursor.info, cursor.image).value();
    struct {
      int opaque = 0, partial = 0, clear = 0, inverting = 0;
    } count;
    for (std::size_t i = 0; i < image.blend.size(); ++i) {
      const std::uint32_t alpha = image.blend[i] >> 24;
      if (!image.invert.empty() && image.invert[i] != 0)
        ++count.inverting;
      else if (alpha == 255)
        ++count.opaque;
      else if (alpha == 0)
        ++count.clear;
      else
        ++count.partial;
    }
    return count;
  };
  const auto colour = kinds(wire::CursorType::Colour);
  EXPECT_TRUE(colour.opaque && colour.partial && colour.clear && !colour.inverting);
  const auto mono = kinds(wire::CursorType::Monochrome);
  EXPECT_TRUE(mono.opaque && mono.clear && mono.inverting && !mono.partial);
  const auto masked = kinds(wire::CursorType::MaskedColour);
  EXPECT_TRUE(masked.opaque && masked.clear && masked.inverting && !masked.partial);
}

}  // namespace
}  // namespace pierglass::guest
