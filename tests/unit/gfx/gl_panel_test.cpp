// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "tests/unit/gfx/gl_bench.hpp"

namespace pierglass::gfx::test {
namespace {

using Lines = std::vector<std::string>;

class GlPanelTest : public GlPassTest {
 protected:
  // Blending rounds as the driver likes.
  void expect_panel(const Picture& picture, Size window, const CursorOverlay& cursor,
                    const Lines& lines, int tolerance = 1) {
    pass->set_panel(lines);
    const Picture want = with_panel(reference(picture, window, cursor), picture, cursor, lines);
    const Difference wrong = difference(drawn(window, cursor), want);
    EXPECT_LE(wrong.worst, tolerance) << wrong;
  }
};

TEST_P(GlPanelTest, LiesOverPictureAndBarsAndGoesWithoutATrace) {
  const Picture picture = random_picture({120, 60}, Xrgb8888, random);
  upload(picture);
  for (const Size window : {Size{120, 60}, Size{160, 120}, Size{300, 60}}) {
    const int tolerance = window.width == 120 ? 1 : 2;
    expect_panel(picture, window, {}, {"one", "and another line"}, tolerance);
    expect_panel(picture, window, {}, {"changed"}, tolerance);
    expect_panel(picture, window, {}, Lines(40, std::string(200, 'm')), tolerance);
    expect_panel(picture, window, {}, {}, window.width == 120 ? 0 : 2);
  }
}

TEST_P(GlPanelTest, ThePointerLiesOnTop) {
  Picture picture = random_picture({120, 60}, Xrgb8888, random);
  for (const wire::Rotation rotation : {wire::Rotation::None, wire::Rotation::Turn90}) {
    picture.rotation = rotation;
    upload(picture);
    CursorOverlay cursor;
    for (const wire::CursorType type : kPointerTypes) {
      const pixel::CursorImage image = random_pointer(type, {21, 17}, random);
      cursor.image = &image;
      ++cursor.serial;
      for (const Point at : {Point{60, 10}, Point{-3, 4}, Point{119, 12}, Point{30, -4},
                             Point{std::numeric_limits<std::int32_t>::min(), 0}}) {
        cursor.position = at;
        expect_panel(picture, picture.upright(), cursor, {"below the pointer"});
        expect_panel(picture, {237, 190}, cursor, {"below the pointer"}, 2);
        expect_panel(picture, {80, 71}, cursor, {"below the pointer"}, 2);
      }
    }
  }
}

TEST_P(GlPanelTest, AnyCourseOfEventsShowsTheReference) {
  Picture picture = random_picture({160, 90}, Xrgb8888, random);
  upload(picture);
  const pixel::CursorImage image = random_pointer(wire::CursorType::MaskedColour, {16, 16}, random);
  const std::vector<Lines> panels = {
      {}, {"a"}, {"60 fps", "0 skipped"}, {"much wider than any window is"}};
  CursorOverlay cursor;
  Lines lines;
  for (int step = 0; step < 100; ++step) {
    SCOPED_TRACE(step);
    const Rect rect{random() % 100, random() % 60, 60, 30};
    scribble(picture, rect, random);
    ASSERT_TRUE(pass->upload(picture.stored(), {&rect, 1}));
    if (random() % 3 == 0) lines = panels[random() % panels.size()];
    cursor.image = random() % 3 == 0 ? nullptr : &image;
    cursor.position = {static_cast<std::int32_t>(random() % 170),
                       static_cast<std::int32_t>(random() % 40)};
    expect_panel(picture, {160, 90 + random() % 2 * 30}, cursor, lines);
  }
}

TEST_P(GlPanelTest, IsDrawnOverAMessage) {
  constexpr Size kWindow{300, 200};
  const auto message = [&](const Lines& lines) {
    const OffscreenWindow target(kWindow, first_row);
    pass->set_panel(lines);
    EXPECT_TRUE(pass->draw_message(kWindow, "waiting"));
    return target.pixels();
  };
  const Picture without = message({});
  const Difference wrong = difference(message({"no keyboard"}),
                                      with_panel(without, Picture(Size{}), {}, {"no keyboard"}));
  EXPECT_LE(wrong.worst, 1) << wrong;
  EXPECT_EQ(difference(message({}), without).worst, 0);
}

INSTANTIATE_TEST_SUITE_P(PixelBuffers, GlPanelTest,
                         ::testing::Values(PboMode::Persistent, PboMode::PersistentClient),
                         mode_name);

}  // namespace
}  // namespace pierglass::gfx::test
