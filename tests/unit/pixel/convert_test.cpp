// SPDX-License-Identifier: GPL-2.0-or-later
#include "pixel/convert.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <random>
#include <span>
#include <vector>

#include "tests/unit/pixel/colour_reference.hpp"

namespace pierglass::pixel::test {
namespace {

using enum wire::PixelFormat;
using enum wire::ColourSpace;

// Light goes through tables of limited precision: at most this much beyond plain rounding.
constexpr double kBeyondRounding = 0.2;

constexpr std::array kWhites = {80'000U, 203'000U, 480'000U, 1'000'000U, 10'000U};

template <typename T>
std::vector<std::uint32_t> converted(std::span<const T> samples, wire::PixelFormat format,
                                     const Colour& colour = {}) {
  const std::size_t count = samples.size_bytes() / wire::bytes_per_pixel(format);
  std::vector<std::uint32_t> out(count);
  RowConverter(format, colour)
      .convert(out.data(), reinterpret_cast<const std::byte*>(samples.data()),
               static_cast<std::uint32_t>(count));
  return out;
}

std::uint32_t converted_one(std::uint32_t pixel, wire::PixelFormat format,
                            const Colour& colour = {}) {
  return converted(std::span<const std::uint32_t>(&pixel, 1), format, colour)[0] & 0xffffff;
}

void expect_near(std::uint32_t got, const Vector& want, double beyond_rounding) {
  for (std::size_t c = 0; c < 3; ++c) {
    ASSERT_NEAR(got >> (16 - 8 * c) & 0xff, want[c], 0.5 + beyond_rounding) << "channel " << c;
  }
}

TEST(RowConverter, CopiesTheNativeFormat) {
  EXPECT_EQ(converted_one(0xff123456U, Xrgb8888), 0x123456U);
}

TEST(RowConverter, SwapsRedAndBlue) {
  EXPECT_EQ(converted_one(0x00123456U, Xbgr8888), 0x563412U);
}

// The bytes end with the last pixel, which the address sanitizer watches.
TEST(RowConverter, UnpacksThreeBytesToAPixel) {
  for (std::uint32_t count = 0; count < 9; ++count) {
    std::vector<std::uint8_t> bytes(std::size_t{count} * 3);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(200 - i);
    const auto rgb = converted(std::span<const std::uint8_t>(bytes), Rgb888);
    const auto bgr = converted(std::span<const std::uint8_t>(bytes), Bgr888);
    for (std::size_t i = 0; i < count; ++i) {
      const std::array<std::uint32_t, 3> at = {bytes[3 * i], bytes[3 * i + 1], bytes[3 * i + 2]};
      EXPECT_EQ(rgb[i], 0xff000000U | at[2] << 16U | at[1] << 8U | at[0]);
      EXPECT_EQ(bgr[i], 0xff000000U | at[0] << 16U | at[1] << 8U | at[2]);
    }
  }
}

TEST(RowConverter, EightBitsAreSrgbWhateverIsSaid) {
  for (const auto format : {Xrgb8888, Xbgr8888}) {
    const Colour colour{.space = Bt2020Pq, .white_millinits = 480'000, .compress = true};
    EXPECT_EQ(converted_one(0xffffffU, format, colour), 0xffffffU);
    EXPECT_EQ(converted_one(0x808080U, format, colour), 0x808080U);
  }
}

TEST(RowConverter, RoundsTenBitsToTheNearest) {
  for (const bool compress : {false, true}) {
    std::vector<std::uint32_t> pixels;
    for (std::uint32_t value = 0; value < 1024; ++value) {
      for (std::uint32_t c = 0; c < 3; ++c) pixels.push_back(value << (10 * c));
    }
    const auto out = converted(std::span<const std::uint32_t>(pixels), Xbgr2101010,
                               {.space = Srgb, .white_millinits = 1, .compress = compress});
    for (std::uint32_t i = 0; i < out.size(); ++i) {
      const auto expected = static_cast<std::uint32_t>(std::lround(i / 3 * 255 / 1023.0));
      ASSERT_EQ(out[i] & 0xffffff, expected << (16 - 8 * (i % 3)));
    }
  }
}

// Four samples a pixel; each half alone in each channel, and as a grey.
std::vector<std::uint16_t> every_half() {
  std::vector<std::uint16_t> samples;
  for (std::uint32_t value = 0; value < 0x10000; ++value) {
    const auto half = static_cast<std::uint16_t>(value);
    samples.insert(samples.end(),
                   {half, 0, 0, 0, 0, half, 0, 0, 0, 0, half, 0, half, half, half, 0});
  }
  return samples;
}

void expect_halves(std::span<const std::uint16_t> samples, const Colour& colour, double tolerance) {
  const auto out = converted(samples, Xbgr16161616f, colour);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const Vector sample = {half_value(samples[4 * i]), half_value(samples[4 * i + 1]),
                           half_value(samples[4 * i + 2])};
    expect_near(out[i], expected(sample, ScrgbLinear, colour), tolerance);
    if (::testing::Test::HasFatalFailure()) {
      FAIL() << "samples " << sample[0] << ", " << sample[1] << ", " << sample[2] << ", white "
             << colour.white_millinits;
    }
  }
}

TEST(RowConverter, EncodesEveryClippedHalfExactly) {
  const auto samples = every_half();
  for (const std::uint32_t white : kWhites) {
    expect_halves(samples, {.space = ScrgbLinear, .white_millinits = white}, 1e-9);
    if (HasFatalFailure()) return;
  }
}

TEST(RowConverter, CompressesEveryHalf) {
  const auto samples = every_half();
  for (const std::uint32_t white : kWhites) {
    expect_halves(samples, {.space = ScrgbLinear, .white_millinits = white, .compress = true},
                  kBeyondRounding);
    if (HasFatalFailure()) return;
  }
}

TEST(RowConverter, HalvesAreLinearWhateverIsSaid) {
  const std::array<std::uint16_t, 8> samples = {0x3800, 0x3c00, 0x2c00, 0,
                                                0x4400, 0x7c00, 0xbc00, 0};
  for (const auto space : {Srgb, Bt2020Pq}) {
    EXPECT_EQ(
        converted(std::span<const std::uint16_t>(samples), Xbgr16161616f, {.space = space}),
        converted(std::span<const std::uint16_t>(samples), Xbgr16161616f, {.space = ScrgbLinear}));
  }
}

TEST(RowConverter, MixedHalvesKeepTheirHue) {
  std::mt19937 random(7);
  std::vector<std::uint16_t> samples(4 * 50'000);
  for (auto& sample : samples) {
    sample = static_cast<std::uint16_t>(0x3000 + random() % 0x2000);  // 0.125 to 32
    if (random() % 16 == 0) sample = static_cast<std::uint16_t>(random());
  }
  for (const bool compress : {false, true}) {
    expect_halves(samples, {ScrgbLinear, 203'000, compress}, kBeyondRounding);
  }
}

TEST(RowConverter, NotANumberAndNegativesAreBlackAndInfinityIsWhite) {
  const std::array<std::uint16_t, 12> samples = {0x7e00, 0xfe00, 0x7c01, 0,      0xbc00, 0xfc00,
                                                 0x8001, 0,      0x7c00, 0x7c00, 0x7c00, 0};
  for (const bool compress : {false, true}) {
    const auto out = converted(std::span<const std::uint16_t>(samples), Xbgr16161616f,
                               {ScrgbLinear, 80'000, compress});
    EXPECT_EQ(out, (std::vector<std::uint32_t>{0xff000000, 0xff000000, 0xffffffff}));
  }
}

std::vector<std::uint32_t> ten_bit_pixels() {
  std::vector<std::uint32_t> pixels;
  for (std::uint32_t value = 0; value < 1024; ++value) {
    pixels.insert(pixels.end(),
                  {value, value << 10, value << 20, value << 20 | value << 10 | value});
  }
  std::mt19937 random(3);
  for (int i = 0; i < 50'000; ++i) pixels.push_back(static_cast<std::uint32_t>(random()));
  return pixels;
}

void expect_ten_bits(const Colour& colour) {
  const auto pixels = ten_bit_pixels();
  const auto out = converted(std::span<const std::uint32_t>(pixels), Xbgr2101010, colour);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const Vector sample = {(pixels[i] & 0x3ff) / 1023.0, (pixels[i] >> 10 & 0x3ff) / 1023.0,
                           (pixels[i] >> 20 & 0x3ff) / 1023.0};
    expect_near(out[i], expected(sample, colour.space, colour), kBeyondRounding);
    if (::testing::Test::HasFatalFailure()) {
      FAIL() << "pixel " << std::hex << pixels[i] << std::dec << ", white "
             << colour.white_millinits << ", compress " << colour.compress;
    }
  }
}

TEST(RowConverter, TenBitsOfLinearLightFollowTheReference) {
  for (const std::uint32_t white : kWhites) {
    for (const bool compress : {false, true}) {
      expect_ten_bits({ScrgbLinear, white, compress});
      if (HasFatalFailure()) return;
    }
  }
}

TEST(RowConverter, TenBitsOfPqFollowTheReference) {
  for (const std::uint32_t white : kWhites) {
    for (const bool compress : {false, true}) {
      expect_ten_bits({Bt2020Pq, white, compress});
      if (HasFatalFailure()) return;
    }
  }
}

// ITU-R BT.2408: graphics white, 203 cd/m2, is 58 % of the PQ signal; 100 cd/m2 is 51 %.
TEST(RowConverter, ThePqSignalOfGraphicsWhiteIsWhite) {
  const auto grey = [](std::uint32_t value) { return value << 20 | value << 10 | value; };
  const Colour colour{.space = Bt2020Pq, .white_millinits = 203'000};
  EXPECT_EQ(converted_one(grey(594), Xbgr2101010, colour), 0xffffffU);
  EXPECT_LT(converted_one(grey(588), Xbgr2101010, colour), 0xffffffU);
  EXPECT_EQ(converted_one(grey(520), Xbgr2101010, {.space = Bt2020Pq, .white_millinits = 100'000}),
            0xffffffU);
  EXPECT_EQ(converted_one(grey(0), Xbgr2101010, colour), 0U);
}

TEST(RowConverter, AWhiteOfNothingIsStillDefined) {
  const auto colour = [](wire::ColourSpace space) { return Colour{space, 0, true}; };
  EXPECT_EQ(converted_one(0x3fffffff, Xbgr2101010, colour(Bt2020Pq)), 0xffffffU);
  EXPECT_EQ(converted_one(0, Xbgr2101010, colour(ScrgbLinear)), 0U);
}

TEST(RowConverter, ConvertsRowsAtAnyAlignmentAndWritesNoMore) {
  std::array<std::byte, 8 * 5 + 1> bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 37);
  for (const auto format : {Xrgb8888, Xbgr8888, Rgb888, Bgr888, Xbgr2101010, Xbgr16161616f}) {
    for (const auto space : {Srgb, ScrgbLinear, Bt2020Pq}) {
      const RowConverter converter(format, {space, 203'000, true});
      std::array<std::uint32_t, 6> out;
      out.fill(0xdeadbeef);
      converter.convert(out.data(), bytes.data() + 1, 5);
      EXPECT_EQ(out[5], 0xdeadbeefU);
      for (std::uint32_t i = 0; i < 5; ++i) {
        std::uint32_t single = 0;
        converter.convert(&single, bytes.data() + 1 + i * wire::bytes_per_pixel(format), 1);
        EXPECT_EQ(out[i], single);
      }
    }
  }
}

}  // namespace
}  // namespace pierglass::pixel::test
