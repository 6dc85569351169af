// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <array>

#include "gfx/gl_pass.hpp"
#include "pixel/filter.hpp"
#include "tests/unit/gfx/gl_bench.hpp"

// The GPU's filters against the CPU's, which tests/unit/pixel compares with their definitions.
namespace pierglass::gfx::test {
namespace {

constexpr std::array kFilters = {pixel::Filter::Auto, pixel::Filter::Nearest,
                                 pixel::Filter::Bilinear, pixel::Filter::Sharp,
                                 pixel::Filter::Lanczos};
constexpr std::array kWindows = {Size{192, 108}, Size{131, 74}, Size{48, 27}, Size{61, 200},
                                 Size{96, 120},  Size{7, 5},    Size{311, 54}};
// What the two of them round differently; a sum of Lanczos has ten bits between its passes.
constexpr int kSteps = 2;

class GlFilterTest : public GlPassTest {};

TEST_P(GlFilterTest, EachLooksAsOnTheCpuAtAnySize) {
  const Picture picture = random_picture({96, 54}, Xrgb8888, random);
  upload(picture);
  for (const pixel::Filter filter : kFilters) {
    for (const Size window : kWindows) {
      SCOPED_TRACE(::testing::Message() << pixel::name(filter) << " " << window.width);
      const int steps = filter == pixel::Filter::Nearest ? 0 : kSteps;
      expect_drawn(picture, window, {}, steps, filter);
    }
  }
}

TEST_P(GlFilterTest, EachIsExactOneToOne) {
  const Picture picture = random_picture({60, 40}, Xrgb8888, random);
  upload(picture);
  for (const pixel::Filter filter : kFilters) {
    expect_drawn(picture, {60, 40}, {}, 0, filter);
    expect_drawn(picture, {60, 51}, {}, 0, filter);
  }
}

TEST_P(GlFilterTest, SharpIsExactAtWholeFactors) {
  const Picture picture = random_picture({67, 43}, Xrgb8888, random);
  upload(picture);
  for (const std::uint32_t factor : {2U, 3U, 5U}) {
    const Size window{67 * factor, 43 * factor};
    expect_drawn(picture, window, {}, 0, pixel::Filter::Sharp);
    EXPECT_EQ(drawn(window).at(window.width - 1, factor), picture.at(66, 1));
  }
}

TEST_P(GlFilterTest, AFlatPictureStaysFlatUpToItsEdgesAndTheBarsBlack) {
  for (const int value : {0, 1, 128, 254, 255}) {
    Picture picture({37, 21});
    std::ranges::fill(picture.bytes, static_cast<std::byte>(value));
    upload(picture);
    for (const pixel::Filter filter : kFilters) {
      for (const Size window : kWindows) expect_drawn(picture, window, {}, 0, filter);
    }
  }
}

TEST_P(GlFilterTest, EachTurnsAndConvertsAndHasThePointerInThePicture) {
  const pixel::Colour bright{wire::ColourSpace::ScrgbLinear, 203'000, true};
  const pixel::Colour pq{wire::ColourSpace::Bt2020Pq, 203'000, false};
  struct Kind {
    wire::PixelFormat format;
    pixel::Colour colour;
  };
  CursorOverlay cursor;
  for (const Kind& kind :
       {Kind{Xrgb8888, {}}, Kind{Xbgr16161616f, bright}, Kind{Xbgr2101010, pq}}) {
    for (const auto rotation :
         {wire::Rotation::None, wire::Rotation::Turn90, wire::Rotation::Turn270}) {
      Picture picture = random_picture({67, 43}, kind.format, random);
      picture.colour = kind.colour;
      picture.rotation = rotation;
      upload(picture);
      const pixel::CursorImage image =
          random_pointer(wire::CursorType::MaskedColour, {15, 17}, random);
      // A pointer over pixels that are converted can be a step off before it inverts them.
      const bool converted = kind.format != Xrgb8888;
      cursor = {converted ? nullptr : &image, cursor.serial + 1, {40, 30}};
      for (const pixel::Filter filter : kFilters) {
        for (const Size window : {Size{150, 131}, Size{40, 31}}) {
          SCOPED_TRACE(::testing::Message() << pixel::name(filter) << " " << window.width);
          expect_drawn(picture, window, cursor, kSteps + (converted ? 1 : 0), filter);
        }
      }
    }
  }
}

TEST_P(GlFilterTest, AMovedPointerLeavesNothingBehind) {
  const Picture picture = random_picture({96, 54}, Xrgb8888, random);
  upload(picture);
  const pixel::CursorImage image = random_pointer(wire::CursorType::Colour, {9, 14}, random);
  for (const pixel::Filter filter : kFilters) {
    for (const Point at : {Point{5, 6}, Point{90, 50}, Point{-3, 20}, Point{400, 20}}) {
      expect_drawn(picture, {131, 74}, {&image, 1, at}, kSteps, filter);
      expect_drawn(picture, {50, 40}, {&image, 1, at}, kSteps, filter);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Modes, GlFilterTest,
                         ::testing::Values(PboMode::Unsynchronised, PboMode::PersistentClient),
                         mode_name);

}  // namespace
}  // namespace pierglass::gfx::test
