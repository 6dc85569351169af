// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/panel.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "gfx/message.hpp"
#include "tests/unit/gfx/picture.hpp"

namespace pierglass::gfx::test {
namespace {

using Lines = std::vector<std::string>;

Panel panel_of(const Lines& lines, Size window) {
  Panel panel;
  panel.set_lines(lines);
  panel.fit(window);
  return panel;
}

// A window of one grey with the panel on it.
Picture drawn(const Panel& panel, Size window, const PlacedPointer& pointer = {}) {
  Picture picture(window);
  std::ranges::fill(picture.bytes, std::byte{200});
  panel.draw(picture.image(), pointer);
  return picture;
}

constexpr std::uint32_t kGrey = 0xc8c8c8;
constexpr std::uint32_t kDimmed = 0x323232;  // a quarter of it
constexpr std::uint32_t kWhite = 0xffffff;

TEST(Panel, HasNoPlaceWithoutLines) {
  Panel panel = panel_of({}, {640, 480});
  EXPECT_TRUE(panel.into().empty());
  panel.set_lines(Lines{"text"});
  panel.fit({640, 480});
  EXPECT_FALSE(panel.into().empty());
  panel.set_lines({});
  panel.fit({640, 480});
  EXPECT_TRUE(panel.into().empty());
}

TEST(Panel, IsWhiteTextOnADarkenedPictureAndNothingElse) {
  constexpr Size kWindow{200, 100};
  const Panel panel = panel_of({"Hi", "there"}, kWindow);
  const Picture shown = drawn(panel, kWindow);
  int white = 0;
  for (std::uint32_t y = 0; y < kWindow.height; ++y) {
    for (std::uint32_t x = 0; x < kWindow.width; ++x) {
      const std::uint32_t pixel = shown.at(x, y);
      if (!panel.into().contains({x, y, 1, 1})) {
        ASSERT_EQ(pixel, kGrey);
      } else {
        ASSERT_TRUE(pixel == kDimmed || pixel == kWhite) << std::hex << pixel;
        white += pixel == kWhite ? 1 : 0;
      }
    }
  }
  EXPECT_GT(white, 40);
}

TEST(Panel, LinesBeginInOneColumnBelowEachOther) {
  const Panel panel = panel_of({"H", "", "Hello"}, {200, 100});
  const auto row_of = [&](std::uint32_t line, std::uint32_t y) {
    return panel.coverage().subspan(
        std::size_t{(5 + line * kTextLineHeight + y)} * panel.into().width, panel.into().width);
  };
  for (std::uint32_t y = 0; y < kTextLineHeight; ++y) {
    EXPECT_EQ(std::ranges::count(row_of(1, y), 255), 0) << y;
    EXPECT_TRUE(std::ranges::equal(row_of(0, y).first(9), row_of(2, y).first(9))) << y;
  }
  EXPECT_NE(row_of(0, 0)[5], 0);
}

// The letters have widths of their own, so spaces do not do it.
TEST(Panel, SecondColumnsBeginInOnePlaceBesideTheWidestFirst) {
  const Panel panel = panel_of({"iii\tH", "MMMMMM\tH", "a line without"}, {300, 100});
  const std::uint32_t from = 5 + text_mask("MMMMMM", 1).size.width + 12;
  for (std::uint32_t y = 0; y < kTextLineHeight; ++y) {
    const auto column_of = [&](std::uint32_t line) {
      return panel.coverage().subspan(
          std::size_t{5 + line * kTextLineHeight + y} * panel.into().width + from, 9);
    };
    EXPECT_TRUE(std::ranges::equal(column_of(0), column_of(1))) << y;
  }
  EXPECT_EQ(panel.coverage()[std::size_t{5} * panel.into().width + from], 255) << "of the H";
}

TEST(Panel, ASecondColumnMakesTheBoxWideEnough) {
  const std::uint32_t width =
      text_mask("key", 1).size.width + 12 + text_mask("effect", 1).size.width;
  EXPECT_EQ(panel_of({"key\teffect"}, {300, 100}).into().width, width + 2 * 5);
}

TEST(Panel, IsCentredNearTheTopAndGrowsWithTheWindow) {
  const Panel small = panel_of({"F1  help", "F2  more"}, {640, 480});
  const Panel large = panel_of({"F1  help", "F2  more"}, {1920, 1080});
  EXPECT_EQ(large.into().height, small.into().height * 3);
  EXPECT_NEAR(large.into().x * 2 + large.into().width, 1920, 1);
  EXPECT_LT(large.into().bottom(), 1080U / 4);
}

TEST(Panel, ALongListIsDrawnSmallerSoThatItFits) {
  const Panel panel = panel_of(Lines(20, "a line"), {1920, 600});
  EXPECT_EQ(panel.into().height, 20 * kTextLineHeight + 10);
  EXPECT_TRUE(panel.into().inside({1920, 600}));
}

TEST(Panel, StaysInsideAnyWindowWhateverItsLines) {
  const Lines most(100, std::string(1000, '\xff'));
  for (const Size window :
       {Size{0, 0}, Size{1, 1}, Size{20, 5}, Size{3, 300}, Size{9000, 200}, Size{16384, 16384}}) {
    const Panel panel = panel_of(most, window);
    EXPECT_TRUE(panel.into().inside(window));
    EXPECT_EQ(panel.coverage().size(), panel.into().area());
  }
  EXPECT_EQ(
      panel_of(most, {9000, 9000}).into(),
      panel_of(Lines(Panel::kMaxLines, std::string(Panel::kMaxColumns, '?')), {9000, 9000}).into());
}

TEST(Panel, ANewVersionIsWhatLooksDifferent) {
  Panel panel = panel_of({"text"}, {640, 480});
  const std::uint64_t version = panel.version();
  panel.fit({640, 480});
  EXPECT_EQ(panel.version(), version);
  panel.fit({641, 480});
  EXPECT_NE(panel.version(), version);
  const std::uint64_t wider = panel.version();
  panel.set_lines(Lines{"next"});
  panel.fit({641, 480});
  EXPECT_NE(panel.version(), wider);
}

TEST(Panel, LeavesOutWhatThePointerCoversOrInverts) {
  constexpr Size kWindow{100, 60};
  const Panel panel = panel_of({""}, kWindow);
  const Rect& box = panel.into();
  ASSERT_GE(box.width, 4U);
  // opaque, faint, nothing, inverted
  const pixel::CursorImage image{
      {4, 1}, {0, 0}, {0xff000000, 0x40000000, 0, 0}, {0, 0, 0, 0xffffff}};
  const Point at{static_cast<std::int32_t>(box.x), static_cast<std::int32_t>(box.y + 1)};
  const Picture shown = drawn(panel, kWindow, {{&image, 1, at}, kWindow, full_rect(kWindow)});
  EXPECT_EQ(shown.at(box.x, box.y + 1), kGrey);
  EXPECT_EQ(shown.at(box.x + 1, box.y + 1), kDimmed);
  EXPECT_EQ(shown.at(box.x + 2, box.y + 1), kDimmed);
  EXPECT_EQ(shown.at(box.x + 3, box.y + 1), kGrey);
  EXPECT_EQ(shown.at(box.x + 3, box.y), kDimmed);
}

}  // namespace
}  // namespace pierglass::gfx::test
