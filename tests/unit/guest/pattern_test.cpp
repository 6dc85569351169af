// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/core/pattern.hpp"

#include <gtest/gtest.h>

#include "tests/unit/guest/pictures.hpp"

namespace pierglass::guest {
namespace {

using test::colours;
using test::covers;
using test::Picture;

static_assert(pattern_pixel({.size = {64, 48}, .mode = PatternMode::Full}, 1, 0, 0) == 0xffffff);

constexpr PatternMode kModes[] = {PatternMode::Full, PatternMode::Small, PatternMode::Still};
constexpr Size kSizes[] = {{1, 1}, {7, 3}, {63, 48}, {64, 48}, {683, 51}, {160, 120}};

std::vector<std::uint32_t> reference(const PatternSpec& spec, std::uint64_t frame) {
  std::vector<std::uint32_t> out;
  for (std::uint32_t y = 0; y < spec.size.height; ++y)
    for (std::uint32_t x = 0; x < spec.size.width; ++x)
      out.push_back(pattern_pixel(spec, frame, x, y));
  return out;
}

TEST(Pattern, TheRendererDrawsThePixelFunction) {
  PatternRenderer renderer;
  for (const PatternMode mode : kModes) {
    for (const Size size : kSizes) {
      for (const std::uint64_t frame : {1u, 2u, 77u, 100'000u}) {
        const PatternSpec spec{.size = size, .mode = mode};
        Picture picture(size);
        const Rect all = full_rect(size);
        renderer.render(picture.image, spec, frame, {&all, 1});
        ASSERT_EQ(colours(picture.image), reference(spec, frame))
            << size.width << "x" << size.height << " frame " << frame;
      }
    }
  }
}

TEST(Pattern, EveryFormatHoldsTheSameColours) {
  using enum wire::PixelFormat;
  PatternRenderer renderer;
  const PatternSpec spec{.size = {683, 51}, .mode = PatternMode::Small};
  const Rect all = full_rect(spec.size);
  for (const auto format : {Xrgb8888, Xbgr8888, Xbgr2101010, Xbgr16161616f}) {
    Picture picture(spec.size, format);
    renderer.render(picture.image, spec, 5, {&all, 1});
    EXPECT_EQ(colours(picture.image), reference(spec, 5)) << static_cast<std::uint32_t>(format);
  }
}

TEST(Pattern, RenderingTheDamageTurnsOneFrameIntoTheNext) {
  for (const PatternMode mode : kModes) {
    for (const Size size : kSizes) {
      const PatternSpec spec{.size = size, .mode = mode};
      PatternRenderer renderer;
      Picture picture(size);
      const Rect all = full_rect(size);
      renderer.render(picture.image, spec, 1, {&all, 1});
      const std::uint64_t last = mode == PatternMode::Still ? 1 : 20;
      for (std::uint64_t frame = 2; frame <= last; ++frame) {
        const auto damage = pattern_damage(spec, frame - 1, frame);
        renderer.render(picture.image, spec, frame, damage.rects());
        ASSERT_EQ(colours(picture.image), reference(spec, frame));
      }
    }
  }
}

TEST(Pattern, PixelsOutsideTheDamageDoNotChange) {
  const PatternSpec spec{.size = {640, 480}, .mode = PatternMode::Small};
  auto before = reference(spec, 1);
  for (std::uint64_t frame = 2; frame < 10; ++frame) {
    const auto after = reference(spec, frame);
    const auto damage = pattern_damage(spec, frame - 1, frame);
    ASSERT_FALSE(damage.empty());
    std::size_t changed = 0;
    for (std::size_t i = 0; i < after.size(); ++i) {
      if (before[i] == after[i]) continue;
      ++changed;
      ASSERT_TRUE(covers(damage.rects(), static_cast<std::uint32_t>(i % 640),
                         static_cast<std::uint32_t>(i / 640)));
    }
    // It is not wasteful either: more than half of it, and of the box, really changes.
    EXPECT_GT(changed * 2, damage.area());
    before = after;
  }
}

TEST(Pattern, SmallDamageIsAboutOnePercent) {
  for (const Size size : {Size{640, 480}, Size{1366, 768}, Size{1920, 1080}, Size{3840, 2160}}) {
    const PatternSpec spec{.size = size, .mode = PatternMode::Small};
    for (std::uint64_t frame = 2; frame < 2000; frame += 7) {
      const auto damage = pattern_damage(spec, frame - 1, frame);
      EXPECT_GE(damage.area() * 100, size.area());
      EXPECT_LE(damage.area() * 1000, size.area() * 15);
    }
  }
}

TEST(Pattern, NearlyAllPixelsMoveInFullMode) {
  const PatternSpec spec{.size = {640, 480}, .mode = PatternMode::Full};
  const auto before = reference(spec, 10);
  const auto after = reference(spec, 11);
  std::size_t same = 0;
  for (std::size_t i = 0; i < after.size(); ++i) same += before[i] == after[i] ? 1 : 0;
  EXPECT_LT(same * 100, after.size());
}

TEST(Pattern, TheFrameNumberCanBeReadFromThePicture) {
  PatternRenderer renderer;
  for (const PatternMode mode : kModes) {
    for (const Size size : {kMinNumbered, Size{641, 367}}) {
      for (const std::uint64_t frame : {0ull, 1ull, 0xfffffffeull, 0x1'0000'0005ull}) {
        Picture picture(size);
        const Rect all = full_rect(size);
        renderer.render(picture.image, {.size = size, .mode = mode}, frame, {&all, 1});
        EXPECT_EQ(decode_frame_number(picture.image), static_cast<std::uint32_t>(frame));
      }
    }
  }
}

TEST(Pattern, APictureWithoutANumberHasNone) {
  Picture black({640, 480});
  EXPECT_EQ(decode_frame_number(black.image), std::nullopt);
  Picture small({63, 48});
  EXPECT_EQ(decode_frame_number(small.image), std::nullopt);
}

TEST(Pattern, ADamagedNumberIsNotRead) {
  PatternRenderer renderer;
  for (std::uint32_t cell = 0; cell < kNumberColumns * kNumberRows; ++cell) {
    Picture picture({64, 48});
    const Rect all = full_rect(picture.image.size);
    renderer.render(picture.image, {.size = {64, 48}, .mode = PatternMode::Full}, 12345, {&all, 1});
    const Rect at{cell % kNumberColumns * kNumberCell, cell / kNumberColumns * kNumberCell,
                  kNumberCell, kNumberCell};
    picture.fill(at, number_pixel(12345, at.x, at.y) ^ 0xffffff);
    EXPECT_EQ(decode_frame_number(picture.image), std::nullopt) << "flipped cell " << cell;
    picture.fill(at, 0x808080);
    EXPECT_EQ(decode_frame_number(picture.image), std::nullopt) << "grey cell " << cell;
  }
}

}  // namespace
}  // namespace pierglass::guest
