// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include "tests/unit/gfx/software_bench.hpp"

namespace pierglass::gfx::test {
namespace {

using SoftwarePanelTest = SoftwarePresenterTest;

Rect box_of(const std::vector<std::string>& lines, Size window) {
  Panel panel;
  panel.set_lines(lines);
  panel.fit(window);
  return panel.into();
}

TEST_F(SoftwarePanelTest, OnlyItsBoxIsDamagedWhenItComesChangesAndGoes) {
  constexpr Size kWindow{200, 100};
  start(kWindow, kWindow);
  expect_shown(kWindow, {});
  const std::uint64_t first = box_of({"one"}, kWindow).area();
  const std::uint64_t second = box_of({"another"}, kWindow).area();
  ASSERT_GT(second, first);
  set_panel({"one"});
  expect_shown(kWindow, {});
  EXPECT_EQ(screen.damaged_pixels, first);
  expect_shown(kWindow, {});
  EXPECT_EQ(screen.damaged_pixels, 0U) << "it stands";
  set_panel({"another"});
  expect_shown(kWindow, {});
  EXPECT_EQ(screen.damaged_pixels, second) << "the smaller one lay within";
  set_panel({});
  expect_shown(kWindow, {});
  EXPECT_EQ(screen.damaged_pixels, second);
  expect_shown(kWindow, {});
  EXPECT_EQ(screen.damaged_pixels, 0U);
}

TEST_F(SoftwarePanelTest, AFrameBelowItDamagesWhatChangedAndNoMore) {
  constexpr Size kWindow{200, 100};
  start(kWindow, kWindow);
  set_panel({"help", "more help"});
  expect_shown(kWindow, {});
  const Rect box = box_of(panel, kWindow);
  for (const Rect& rect : {Rect{box.x + 3, box.y + 3, 9, 5}, Rect{0, box.y, 200, 2},
                           Rect{0, 90, 10, 10}, full_rect(kWindow)}) {
    upload(rect);
    expect_shown(kWindow, {});
    EXPECT_EQ(screen.damaged_pixels, rect.area());
  }
}

TEST_F(SoftwarePanelTest, LiesOverBarsAndLeavesThemBlackWhenItGoes) {
  for (const Size window : {Size{160, 120}, Size{300, 60}}) {
    start(window, {120, 60});
    set_panel({"over picture and bars", "and below"});
    for (int i = 0; i < 3; ++i) expect_shown(window, {});
    upload({10, 0, 50, 9});
    expect_shown(window, {});
    set_panel({});
    for (int i = 0; i < 3; ++i) expect_shown(window, {});
  }
}

TEST_F(SoftwarePanelTest, ThePointerLiesOnTop) {
  const pixel::CursorImage image = random_pointer(wire::CursorType::MaskedColour, {20, 20}, random);
  for (const Size window : {Size{120, 60}, Size{240, 120}, Size{80, 70}}) {
    start(window, {120, 60});
    set_panel({"below the pointer"});
    const auto left = static_cast<std::int32_t>(60);
    for (std::int32_t x = left - 40; x < left + 40; x += 7)
      expect_shown(window, {&image, 1, {x, 9}});
    set_panel({});
    expect_shown(window, {&image, 1, {left, 9}});
  }
}

TEST_F(SoftwarePanelTest, IsDrawnOverAMessage) {
  constexpr Size kWindow{300, 200};
  ASSERT_TRUE(presenter.resize(kWindow));
  ASSERT_TRUE(presenter.draw_message("waiting"));
  const Picture without = screen.shown;
  set_panel({"no keyboard"});
  ASSERT_TRUE(presenter.draw_message("waiting"));
  Difference wrong = difference(screen.shown, with_panel(without, Picture(Size{}), {}, panel));
  EXPECT_EQ(wrong.worst, 0) << wrong;
  EXPECT_GT(difference(screen.shown, without).worst, 0);
  set_panel({});
  ASSERT_TRUE(presenter.draw_message("waiting"));
  wrong = difference(screen.shown, without);
  EXPECT_EQ(wrong.worst, 0) << wrong;
}

TEST_F(SoftwarePanelTest, SurvivesAResize) {
  start({64, 64}, {64, 64});
  set_panel({"text"});
  expect_shown({64, 64}, {});
  for (const Size window : {Size{100, 70}, Size{64, 80}, Size{64, 64}, Size{31, 90}}) {
    ASSERT_TRUE(presenter.resize(window));
    expect_shown(window, {});
  }
}

TEST_F(SoftwarePanelTest, ASurfaceThatWasUnmappedIsDrawnWhole) {
  start({64, 64}, {64, 64});
  expect_shown({64, 64}, {});
  screen.shown = Picture();  // what it showed is gone
  presenter.on_unmapped();
  expect_shown({64, 64}, {});
  EXPECT_EQ(screen.damaged_pixels, 64U * 64);
}

}  // namespace
}  // namespace pierglass::gfx::test
