// SPDX-License-Identifier: GPL-2.0-or-later
#include "pixel/convert.hpp"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace pierglass::pixel {
namespace {

template <typename T>
std::uint32_t converted(T pixel, wire::PixelFormat format) {
  std::array<std::byte, sizeof pixel> bytes;
  std::memcpy(bytes.data(), &pixel, sizeof pixel);
  std::uint32_t out = 0;
  convert_row(&out, bytes.data(), 1, format);
  return out;
}

TEST(ConvertRow, CopiesTheNativeFormat) {
  EXPECT_EQ(converted(0xff123456u, wire::PixelFormat::Xrgb8888) & 0xffffff, 0x123456u);
}

TEST(ConvertRow, SwapsRedAndBlue) {
  EXPECT_EQ(converted(0x00123456u, wire::PixelFormat::Xbgr8888) & 0xffffff, 0x563412u);
}

TEST(ConvertRow, RoundsTenBitsToTheNearest) {
  for (std::uint32_t value = 0; value < 1024; ++value) {
    const auto expected = static_cast<std::uint32_t>(std::lround(value * 255 / 1023.0));
    for (std::uint32_t c = 0; c < 3; ++c) {
      const std::uint32_t out = converted(value << (10 * c), wire::PixelFormat::Xbgr2101010);
      ASSERT_EQ(out & 0xffffff, expected << (16 - 8 * c));
    }
  }
}

float half_to_float(std::uint16_t half) {
  const std::uint32_t sign = std::uint32_t{half} >> 15;
  const std::uint32_t exponent = half >> 10 & 0x1f;
  const std::uint32_t mantissa = half & 0x3ff;
  float value;
  if (exponent == 31) {
    value = mantissa != 0 ? NAN : INFINITY;
  } else if (exponent == 0) {
    value = static_cast<float>(mantissa) * 0x1p-24f;
  } else {
    value = std::bit_cast<float>((exponent + 112) << 23 | mantissa << 13);
  }
  return sign != 0 ? -value : value;
}

std::uint32_t srgb_byte(float linear) {
  if (!(linear > 0)) return 0;
  if (linear >= 1) return 255;
  const double encoded =
      linear <= 0.0031308 ? 12.92 * linear : 1.055 * std::pow(double{linear}, 1 / 2.4) - 0.055;
  return static_cast<std::uint32_t>(std::lround(255 * encoded));
}

TEST(ConvertRow, EncodesEveryHalfFloatAsClippedSrgb) {
  for (std::uint32_t half = 0; half < 0x10000; ++half) {
    const std::uint32_t expected = srgb_byte(half_to_float(static_cast<std::uint16_t>(half)));
    for (std::uint32_t c = 0; c < 3; ++c) {
      const std::uint64_t pixel = std::uint64_t{half} << (16 * c);
      const std::uint32_t out = converted(pixel, wire::PixelFormat::Xbgr16161616f);
      ASSERT_EQ(out & 0xffffff, expected << (16 - 8 * c)) << "half " << half;
    }
  }
}

TEST(ConvertRow, ConvertsRowsAtAnyAlignmentAndWritesNoMore) {
  std::array<std::byte, 8 * 5 + 1> bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 37);
  for (const auto format : {wire::PixelFormat::Xrgb8888, wire::PixelFormat::Xbgr8888,
                            wire::PixelFormat::Xbgr2101010, wire::PixelFormat::Xbgr16161616f}) {
    std::array<std::uint32_t, 6> out;
    out.fill(0xdeadbeef);
    convert_row(out.data(), bytes.data() + 1, 5, format);
    EXPECT_EQ(out[5], 0xdeadbeefu);
    for (std::uint32_t i = 0; i < 5; ++i) {
      std::uint32_t single = 0;
      convert_row(&single, bytes.data() + 1 + i * wire::bytes_per_pixel(format), 1, format);
      EXPECT_EQ(out[i], single);
    }
  }
}

}  // namespace
}  // namespace pierglass::pixel
