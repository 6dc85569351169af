// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/gl_pass.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>

#include "pixel/copy.hpp"
#include "pixel/transfer.hpp"
#include "tests/unit/gfx/gl_bench.hpp"

namespace pierglass::gfx::test {
namespace {

constexpr std::array kFormats = {Xrgb8888, Xbgr8888, Rgb888, Bgr888, Xbgr2101010, Xbgr16161616f};
constexpr std::array kRotations = {wire::Rotation::None, wire::Rotation::Turn90,
                                   wire::Rotation::Turn180, wire::Rotation::Turn270};

TEST_P(GlPassTest, EightAndTenBitFormatsAreExactOneToOne) {
  for (const wire::PixelFormat format : {Xrgb8888, Xbgr8888, Xbgr2101010}) {
    const Picture picture = random_picture({130, 67}, format, random);
    upload(picture);
    expect_drawn(picture, picture.size, {}, 0);
  }
}

// The reference rounds an exact sRGB curve, a GPU's pow() is not exact.
TEST_P(GlPassTest, HalfFloatsAreOneStepFromTheReferenceOneToOne) {
  const Picture picture = random_picture({130, 67}, Xbgr16161616f, random);
  upload(picture);
  expect_drawn(picture, picture.size, {}, 1);
}

TEST_P(GlPassTest, ALinearRampOfHalfFloatsFollowsTheCurve) {
  Picture picture({1024, 1}, Xbgr16161616f);
  for (std::uint32_t x = 0; x < 1024; ++x) {
    const auto half = static_cast<std::uint16_t>(x * 0x3c00 / 1023);  // 0 .. 1.0
    for (std::uint32_t channel = 0; channel < 4; ++channel) {
      std::memcpy(picture.bytes.data() + x * 8 + channel * 2, &half, 2);
    }
  }
  upload(picture);
  expect_drawn(picture, picture.size, {}, 1);
}

TEST_P(GlPassTest, APitchOfAnyMultipleOfAPixelIsTaken) {
  for (const std::uint32_t width : {1U, 33U, 63U, 64U, 65U}) {
    const Picture picture = random_picture({width, 9}, Xrgb8888, random, 4);
    upload(picture);
    expect_drawn(picture, picture.size, {}, 0);
  }
}

TEST_P(GlPassTest, ScalingIsWithinTwoStepsOfTheReference) {
  const Picture picture = random_picture({96, 54}, Xrgb8888, random);
  upload(picture);
  for (const Size window : {Size{192, 108}, Size{131, 74}, Size{48, 27}, Size{61, 200}}) {
    expect_drawn(picture, window, {}, 2);
  }
}

TEST_P(GlPassTest, EachFormatScalesWithinTwoStepsOfTheReference) {
  for (const wire::PixelFormat format : {Xbgr8888, Xbgr2101010, Xbgr16161616f}) {
    const Picture picture = random_picture({96, 54}, format, random);
    upload(picture);
    expect_drawn(picture, {131, 80}, {}, 2);
  }
}

TEST_P(GlPassTest, BarsAreBlackAndThePictureBetweenThemExact) {
  const Picture picture = random_picture({60, 40}, Xrgb8888, random);
  upload(picture);
  expect_drawn(picture, {60, 51}, {}, 0);
  expect_drawn(picture, {77, 40}, {}, 0);
}

TEST_P(GlPassTest, PointersOfEveryTypeAreExactOneToOne) {
  const Picture picture = random_picture({100, 80}, Xrgb8888, random);
  upload(picture);
  CursorOverlay cursor;
  for (const wire::CursorType type : kPointerTypes) {
    const pixel::CursorImage image = random_pointer(type, {31, 17}, random);
    cursor.image = &image;
    ++cursor.serial;
    for (const Point at :
         {Point{50, 40}, Point{0, 0}, Point{-5, 79}, Point{99, 3}, Point{500, 5}}) {
      cursor.position = at;
      expect_drawn(picture, picture.size, cursor, 0);
      expect_drawn(picture, {120, 80}, cursor, 0);
    }
  }
}

// Every blend of a screen value with an alpha and a premultiplied colour, and its inversion.
TEST_P(GlPassTest, EveryScreenValueMeetsEveryAlphaExactly) {
  Picture picture({256, 256});
  pixel::CursorImage image{{256, 256}, {0, 0}, {}, {}};
  for (std::uint32_t y = 0; y < 256; ++y) {
    for (std::uint32_t x = 0; x < 256; ++x) {
      const std::uint32_t screen = x << 16 | x << 8 | x;
      std::memcpy(picture.image().row(y) + std::size_t{x} * 4, &screen, 4);
      image.blend.push_back(y << 24 | y << 16 | (y / 2) << 8);
      image.invert.push_back(random() & 0xffffff);
    }
  }
  upload(picture);
  expect_drawn(picture, picture.size, {&image, 1, {0, 0}}, 0);
}

TEST_P(GlPassTest, APointerOverAnyFormatIsBlendedOnEightBits) {
  const pixel::CursorImage image = random_pointer(wire::CursorType::MaskedColour, {30, 30}, random);
  for (const wire::PixelFormat format : {Xbgr8888, Xbgr2101010}) {
    const Picture picture = random_picture({64, 64}, format, random);
    upload(picture);
    expect_drawn(picture, picture.size, {&image, 1, {32, 32}}, 0);
  }
}

TEST_P(GlPassTest, AScaledPointerLooksAsIfTheGuestHadDrawnIt) {
  const Picture picture = random_picture({100, 80}, Xrgb8888, random);
  upload(picture);
  CursorOverlay cursor;
  for (const wire::CursorType type : kPointerTypes) {
    const pixel::CursorImage image = random_pointer(type, {31, 17}, random);
    cursor = {&image, cursor.serial + 1, {60, 40}};
    expect_drawn(picture, {237, 190}, cursor, 2);
    expect_drawn(picture, {71, 90}, cursor, 2);
  }
}

TEST_P(GlPassTest, APointerAtTheEndOfTheNumbersIsOutside) {
  const Picture picture = random_picture({32, 32}, Xrgb8888, random);
  upload(picture);
  const pixel::CursorImage image = random_pointer(wire::CursorType::Colour, {8, 8}, random);
  constexpr std::int32_t kMin = std::numeric_limits<std::int32_t>::min();
  constexpr std::int32_t kMax = std::numeric_limits<std::int32_t>::max();
  for (const Point at : {Point{kMin, kMin}, Point{kMax, kMax}, Point{kMin, kMax}}) {
    expect_drawn(picture, picture.size, {&image, 1, at}, 0);
    expect_drawn(picture, {50, 50}, {&image, 1, at}, 2);
  }
}

TEST_P(GlPassTest, APartialUploadChangesOnlyItsRectangles) {
  for (const wire::PixelFormat format : {Xrgb8888, Xbgr2101010}) {
    Picture picture = random_picture({100, 60}, format, random);
    upload(picture);
    Picture expected = reference(picture, picture.size, {});
    scribble(picture, full_rect(picture.size), random);  // all of it changes, little is reported
    const Picture changed = reference(picture, picture.size, {});
    const std::array<Rect, 3> rects = {Rect{3, 5, 10, 4}, Rect{0, 30, 100, 3}, Rect{99, 59, 1, 1}};
    const Result<UploadStats> stats = pass->upload(picture.stored(), rects);
    ASSERT_TRUE(stats);
    EXPECT_EQ(stats->bytes, (10U * 4 + 100 * 3 + 1) * 4);
    EXPECT_EQ(stats->rows, 8U);
    for (const Rect& rect : rects) {
      const pixel::Image to = expected.image();
      pixel::copy_rects(to, changed.image(), {&rect, 1});
    }
    const Difference wrong = difference(drawn(picture.size), expected);
    EXPECT_EQ(wrong.worst, 0) << wrong;
  }
}

TEST_P(GlPassTest, ManyFramesWithoutAPauseLoseNoRectangle) {
  Picture picture = random_picture({160, 90}, Xrgb8888, random);
  upload(picture);
  const OffscreenWindow target(picture.size, first_row);
  for (int frame = 0; frame < 60; ++frame) {
    const Rect rect{random() % 100, random() % 60, 60, 30};
    scribble(picture, rect, random);
    ASSERT_TRUE(pass->upload(picture.stored(), {&rect, 1}));
    ASSERT_TRUE(pass->draw(picture.size, {}));
  }
  const Difference wrong = difference(target.pixels(), reference(picture, picture.size, {}));
  EXPECT_EQ(wrong.worst, 0) << wrong;
}

// A pixel for each value alone and as a grey, on the left half dark neighbours and on the right
// bright.
Picture picture_of_halves() {
  constexpr std::array<std::uint16_t, 18> kValues = {
      0x0000, 0x0001, 0x03ff, 0x1400, 0x2c00, 0x3a65, 0x3a66, 0x3a67, 0x3bff,   // up to the knee
      0x3c00, 0x3c01, 0x4400, 0x5000, 0x7bff, 0x7c00, 0x7e00, 0xbc00, 0xfc00};  // white and beyond
  Picture picture({static_cast<std::uint32_t>(kValues.size()), 8}, Xbgr16161616f);
  for (std::uint32_t x = 0; x < kValues.size(); ++x) {
    for (std::uint32_t y = 0; y < 8; ++y) {
      const std::uint16_t other = y < 4 ? 0x3000 : 0x3e00;
      std::array<std::uint16_t, 4> pixel = {other, other, other, 0};
      for (std::uint32_t channel = 0; channel < 3; ++channel) {
        if (y % 4 == channel || y % 4 == 3) pixel[channel] = kValues[x];
      }
      std::memcpy(picture.bytes.data() + y * picture.pitch + x * sizeof pixel, pixel.data(),
                  sizeof pixel);
    }
  }
  return picture;
}

TEST_P(GlPassTest, HalfFloatsAtEveryBorderLookAsOnTheCpu) {
  Picture picture = picture_of_halves();
  for (const std::uint32_t white : {80'000U, 203'000U, 1'000'000U}) {
    for (const bool compress : {false, true}) {
      picture.colour = {wire::ColourSpace::ScrgbLinear, white, compress};
      upload(picture);
      expect_drawn_whole(picture, 1);
    }
  }
}

TEST_P(GlPassTest, EveryTenBitGreyLooksAsOnTheCpu) {
  Picture picture({1024, 1}, Xbgr2101010);
  for (std::uint32_t x = 0; x < 1024; ++x) {
    const std::uint32_t pixel = x << 20 | x << 10 | x;
    std::memcpy(picture.bytes.data() + std::size_t{x} * 4, &pixel, 4);
  }
  for (const auto space :
       {wire::ColourSpace::Srgb, wire::ColourSpace::ScrgbLinear, wire::ColourSpace::Bt2020Pq}) {
    for (const std::uint32_t white : {80'000U, 203'000U, 1'000'000U}) {
      for (const bool compress : {false, true}) {
        picture.colour = {space, white, compress};
        upload(picture);
        expect_drawn_whole(picture, 1);
      }
    }
  }
}

TEST_P(GlPassTest, EveryFormatColourAndRotationLooksAsOnTheCpu) {
  constexpr std::array kColours = {pixel::Colour{},
                                   pixel::Colour{wire::ColourSpace::ScrgbLinear, 80'000, false},
                                   pixel::Colour{wire::ColourSpace::ScrgbLinear, 203'000, true},
                                   pixel::Colour{wire::ColourSpace::Bt2020Pq, 203'000, false},
                                   pixel::Colour{wire::ColourSpace::Bt2020Pq, 100'000, true}};
  for (const wire::PixelFormat format : kFormats) {
    for (const pixel::Colour& colour : kColours) {
      for (const wire::Rotation rotation : kRotations) {
        SCOPED_TRACE(::testing::Message() << std::hex << static_cast<std::uint32_t>(format)
                                          << " space " << static_cast<std::uint32_t>(colour.space)
                                          << " rotation " << static_cast<std::uint32_t>(rotation));
        Picture picture = random_picture({67, 43}, format, random);
        picture.colour = colour;
        picture.rotation = rotation;
        upload(picture);
        const auto space = pixel::space_of(format, colour);
        expect_drawn_whole(picture, space == wire::ColourSpace::Srgb ? 0 : 1);
        expect_drawn(picture, {131, 80}, {}, 2);
        expect_drawn(picture, {40, 90}, {}, 2);
      }
    }
  }
}

TEST_P(GlPassTest, ThreeBytesAPixelComeWithAnyPitchAndDamage) {
  for (const wire::PixelFormat format : {Rgb888, Bgr888}) {
    for (const std::uint32_t width : {1U, 2U, 3U, 5U, 21U, 33U, 64U}) {
      Picture picture = random_picture({width, 9}, format, random, 1);
      upload(picture);
      expect_drawn_whole(picture, 0);
      const Rect rect{width / 2, 3, width - width / 2, 5};
      scribble(picture, rect, random);
      const Result<UploadStats> stats = pass->upload(picture.stored(), {&rect, 1});
      ASSERT_TRUE(stats);
      EXPECT_EQ(stats->bytes, rect.area() * 3);
      expect_drawn_whole(picture, 0);
    }
  }
}

TEST_P(GlPassTest, PointersStandUprightOnARotatedPicture) {
  for (const wire::Rotation rotation : kRotations) {
    Picture picture = random_picture({100, 61}, Xrgb8888, random);
    picture.rotation = rotation;
    upload(picture);
    CursorOverlay cursor;
    for (const wire::CursorType type : kPointerTypes) {
      const pixel::CursorImage image = random_pointer(type, {31, 17}, random);
      cursor.image = &image;
      ++cursor.serial;
      for (const Point at : {Point{50, 40}, Point{0, 0}, Point{60, 99}, Point{99, 60}}) {
        cursor.position = at;
        expect_drawn(picture, picture.upright(), cursor, 0);
        expect_drawn(picture, {237, 190}, cursor, 2);
      }
    }
  }
}

TEST_P(GlPassTest, TheLargestPointerIsDrawn) {
  const Picture picture = random_picture({600, 530}, Xrgb8888, random);
  upload(picture);
  const pixel::CursorImage image = random_pointer(
      wire::CursorType::MaskedColour, {pixel::kMaxPointerSide, pixel::kMaxPointerSide}, random);
  expect_drawn(picture, picture.size, {&image, 1, {260, 262}}, 0);
}

TEST_P(GlPassTest, DamageOfARotatedPictureIsInStoredPixels) {
  for (const wire::Rotation rotation : kRotations) {
    Picture picture = random_picture({101, 63}, Bgr888, random, 1);
    picture.rotation = rotation;
    upload(picture);
    for (const Rect& rect : {Rect{0, 0, 1, 1}, Rect{13, 7, 31, 5}, Rect{100, 0, 1, 63}}) {
      scribble(picture, rect, random);
      ASSERT_TRUE(pass->upload(picture.stored(), {&rect, 1}));
      expect_drawn_whole(picture, 0);
    }
  }
}

// As a frame that is read while its guest writes it.
TEST_P(GlPassTest, AFrameInBandsIsWholeWhenItIsDrawn) {
  Picture picture = random_picture({160, 97}, Xrgb8888, random);
  upload(picture);
  const OffscreenWindow target(picture.size, first_row);
  for (int frame = 0; frame < 30; ++frame) {
    scribble(picture, full_rect(picture.size), random);
    for (const Rect& band :
         {Rect{0, 0, 160, 20}, Rect{0, 20, 160, 30}, Rect{0, 50, 160, 1}, Rect{0, 51, 160, 46}}) {
      ASSERT_TRUE(pass->upload(picture.stored(), {&band, 1}));
    }
    ASSERT_TRUE(pass->draw(picture.size, {}));
    const Difference wrong = difference(target.pixels(), reference(picture, picture.size, {}));
    ASSERT_EQ(wrong.worst, 0) << wrong;
  }
}

TEST_P(GlPassTest, BandsShareABufferUntilTheyMeet) {
  Result<PboRing> ring = PboRing::create(GetParam(), 4096);
  ASSERT_TRUE(ring);
  const auto write = [&](std::size_t first, std::size_t count, std::byte value) {
    const Result<std::byte*> memory = ring->begin_write(first, count);
    EXPECT_TRUE(memory);
    std::memset(*memory, std::to_integer<int>(value), count);
    EXPECT_TRUE(ring->end_write());
    GLint name = 0;
    glGetIntegerv(GL_PIXEL_UNPACK_BUFFER_BINDING, &name);
    ring->end_read();
    return name;
  };
  const GLint first = write(0, 1024, std::byte{1});
  EXPECT_EQ(write(1024, 1024, std::byte{2}), first);
  EXPECT_EQ(write(3072, 1024, std::byte{3}), first);
  const GLint second = write(1000, 48, std::byte{4});
  EXPECT_NE(second, first);
  EXPECT_EQ(write(0, 1000, std::byte{5}), second);
  const GLint third = write(0, 4096, std::byte{6});
  EXPECT_NE(third, second);
  EXPECT_NE(third, first);
  EXPECT_EQ(write(4095, 1, std::byte{7}), first);
  EXPECT_EQ(glGetError(), static_cast<GLenum>(GL_NO_ERROR));
}

TEST_P(GlPassTest, APictureOfAnotherColourOrRotationIsTakenWholeWhateverItsDamage) {
  Picture picture = random_picture({40, 30}, Xbgr2101010, random);
  upload(picture);
  const Rect little{0, 0, 1, 1};
  const auto expect_whole = [&] {
    scribble(picture, full_rect(picture.size), random);
    const Result<UploadStats> stats = pass->upload(picture.stored(), {&little, 1});
    ASSERT_TRUE(stats);
    EXPECT_EQ(stats->rows, 30U);
    expect_drawn_whole(picture, 1);
  };
  picture.colour.space = wire::ColourSpace::Bt2020Pq;
  expect_whole();
  picture.colour.white_millinits = 203'000;
  expect_whole();
  picture.colour.compress = true;
  expect_whole();
  picture.rotation = wire::Rotation::Turn270;
  expect_whole();
  picture.rotation = wire::Rotation::Turn90;
  expect_whole();
}

TEST_P(GlPassTest, AnEmptyDamageListUploadsNothing) {
  const Picture picture = random_picture({40, 30}, Xrgb8888, random);
  upload(picture);
  const Result<UploadStats> stats = pass->upload(picture.stored(), {});
  ASSERT_TRUE(stats);
  EXPECT_EQ(stats->bytes, 0U);
  expect_drawn(picture, picture.size, {}, 0);
}

TEST_P(GlPassTest, APictureOfAnotherSizeOrFormatIsTakenWholeWhateverItsDamage) {
  upload(random_picture({40, 30}, Xrgb8888, random));
  for (const wire::PixelFormat format : {Xrgb8888, Xbgr8888}) {
    const Picture picture = random_picture({50, 30}, format, random);
    const Rect little{0, 0, 1, 1};
    const Result<UploadStats> stats = pass->upload(picture.stored(), {&little, 1});
    ASSERT_TRUE(stats);
    EXPECT_EQ(stats->rows, 30U);
    expect_drawn(picture, picture.size, {}, 0);
  }
}

// What an upload's error leaves: no picture, and a pass that goes on.
void expect_to_go_on(GlPass& pass, const Picture& picture, FirstRow first_row) {
  EXPECT_EQ(pass.draw(picture.size, {}).error().code, ErrorCode::NotReady);
  const OffscreenWindow target(picture.size, first_row);
  EXPECT_TRUE(pass.draw_message(picture.size, "too large"));
  const Rect little{0, 0, 1, 1};  // the whole is due, and taken
  ASSERT_TRUE(pass.upload(picture.stored(), {&little, 1}));
  ASSERT_TRUE(pass.draw(picture.size, {}));
  const Difference wrong = difference(target.pixels(), reference(picture, picture.size, {}));
  EXPECT_EQ(wrong.worst, 0) << wrong;
  EXPECT_EQ(glGetError(), static_cast<GLenum>(GL_NO_ERROR));
}

TEST_P(GlPassTest, APictureBeyondTheTextureSizeIsTooLargeAndTheNextOneIsShown) {
  const Picture usual = random_picture({100, 80}, Xrgb8888, random);
  upload(usual);
  GLint side = 0;
  glGetIntegerv(GL_MAX_TEXTURE_SIZE, &side);
  const auto beyond = static_cast<std::uint32_t>(side) + 1;
  for (const Size size : {Size{beyond, 16}, Size{1, beyond}}) {
    const Picture picture(size);
    const Rect all = full_rect(size);
    const Result<UploadStats> stats = pass->upload(picture.stored(), {&all, 1});
    ASSERT_FALSE(stats);
    EXPECT_EQ(stats.error().code, ErrorCode::TooLarge);
    expect_to_go_on(*pass, usual, first_row);
  }
}

TEST_P(GlPassTest, PixelBuffersBeyondAllMemoryAreAnError) {
  const Result<PboRing> ring = PboRing::create(GetParam(), std::size_t{1} << 46);
  ASSERT_FALSE(ring);
  EXPECT_EQ(ring.error().code, ErrorCode::OsCall);
  const Picture usual = random_picture({100, 80}, Xrgb8888, random);
  upload(usual);
  expect_drawn(usual, usual.size, {}, 0);
}

TEST_P(GlPassTest, AMessageIsWhiteOnBlackAndForgetsThePicture) {
  upload(random_picture({40, 30}, Xbgr16161616f, random));
  constexpr Size kWindow{300, 100};
  const OffscreenWindow target(kWindow, first_row);
  ASSERT_TRUE(pass->draw_message(kWindow, "waiting for guest"));
  const Picture shown = target.pixels();
  std::uint64_t white = 0;
  for (std::uint32_t y = 0; y < kWindow.height; ++y) {
    for (std::uint32_t x = 0; x < kWindow.width; ++x) {
      ASSERT_TRUE(shown.at(x, y) == 0 || shown.at(x, y) == 0xffffff);
      white += shown.at(x, y) != 0 ? 1 : 0;
    }
  }
  EXPECT_GT(white, 100U);
  EXPECT_EQ(pass->draw(kWindow, {}).error().code, ErrorCode::NotReady);
}

INSTANTIATE_TEST_SUITE_P(PixelBuffers, GlPassTest,
                         ::testing::Values(PboMode::Persistent, PboMode::PersistentClient,
                                           PboMode::Unsynchronised),
                         mode_name);

}  // namespace
}  // namespace pierglass::gfx::test
