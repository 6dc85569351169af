// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/target.hpp"

#include <gtest/gtest.h>

#include "tests/unit/gfx/gl_bench.hpp"
#include "tests/unit/gfx/turned_picture.hpp"

namespace pierglass::gfx::test {
namespace {

TEST(TargetTest, EachPartOfTheWindowHasItsBoxInTheFramebuffer) {
  constexpr Size kWindow{7, 4};
  constexpr Rect kPart{1, 2, 3, 1};
  for (const Transform transform : kTransforms) {
    Picture window(kWindow);
    for (std::uint32_t x = kPart.x; x < kPart.right(); ++x)
      std::memset(window.image().row(kPart.y) + std::size_t{x} * 4, 1, 4);
    const Picture buffer = turned_picture(window, transform);
    for (const FirstRow first : {FirstRow::Topmost, FirstRow::Lowest}) {
      const Target target{kWindow, first, transform};
      const Rect box = target.box_of(kPart);
      EXPECT_EQ(box.area(), kPart.area());
      ASSERT_TRUE(box.inside(buffer.size));
      for (std::uint32_t y = box.y; y < box.bottom(); ++y) {
        const std::uint32_t row = first == FirstRow::Topmost ? y : buffer.size.height - 1 - y;
        for (std::uint32_t x = box.x; x < box.right(); ++x) EXPECT_NE(buffer.at(x, row), 0U);
      }
    }
  }
}

TEST(TargetTest, NothingHasNoBox) {
  EXPECT_TRUE((Target{{7, 4}}.box_of({3, 3, 0, 1}).empty()));
}

class TurnedTest : public GlPassTest {
 protected:
  Picture drawn_turned(Size window, Transform transform, const CursorOverlay& cursor) {
    pass->set_transform(transform);
    const OffscreenWindow target(turned(window, transform), first_row);
    EXPECT_TRUE(pass->draw(window, cursor));
    EXPECT_EQ(glGetError(), static_cast<GLenum>(GL_NO_ERROR));
    return target.pixels();
  }
};

// Bars, pointer, panel and each filter; the pixels are the upright window's to the bit.
TEST_P(TurnedTest, WhatIsDrawnTurnedIsTheUprightWindowTurned) {
  const pixel::CursorImage image = random_pointer(wire::CursorType::MaskedColour, {16, 16}, random);
  Picture picture = random_picture({60, 40}, Xrgb8888, random);
  picture.rotation = wire::Rotation::Turn90;
  upload(picture);
  const std::vector<std::string> lines = {"panel"};
  pass->set_panel(lines);
  const CursorOverlay cursor{&image, 1, {20, 30}};
  using enum pixel::Filter;
  for (const auto filter : {Auto, Nearest, Bilinear, Sharp, Lanczos}) {
    pass->set_filter(filter);
    for (const Size window : {Size{40, 60}, Size{131, 74}, Size{30, 90}}) {
      const Picture upright = drawn_turned(window, Transform::Normal, cursor);
      for (const Transform transform : kTransforms) {
        SCOPED_TRACE(::testing::Message() << pixel::name(filter) << " " << window.width
                                          << " transform " << int(transform));
        const Picture seen = drawn_turned(window, transform, cursor);
        EXPECT_EQ(difference(seen, turned_picture(upright, transform)).worst, 0);
      }
    }
  }
}

TEST_P(TurnedTest, AMessageIsTurnedToo) {
  constexpr Size kWindow{200, 120};
  const auto message = [&](Transform transform) {
    pass->set_transform(transform);
    const OffscreenWindow target(turned(kWindow, transform), first_row);
    EXPECT_TRUE(pass->draw_message(kWindow, "waiting"));
    return target.pixels();
  };
  const Picture upright = message(Transform::Normal);
  for (const Transform transform : kTransforms)
    EXPECT_EQ(difference(message(transform), turned_picture(upright, transform)).worst, 0);
}

INSTANTIATE_TEST_SUITE_P(PixelBuffers, TurnedTest,
                         ::testing::Values(PboMode::Persistent, PboMode::PersistentClient),
                         mode_name);

}  // namespace
}  // namespace pierglass::gfx::test
