// SPDX-License-Identifier: GPL-2.0-or-later
#include "pixel/convert.hpp"

#include <array>
#include <cmath>
#include <cstring>

namespace pierglass::pixel {

namespace {

constexpr std::uint32_t kOpaque = 0xff000000;
constexpr std::uint16_t kHalfOne = 0x3c00;
constexpr std::uint16_t kHalfInfinity = 0x7c00;

constexpr std::uint32_t pack(std::uint32_t red, std::uint32_t green, std::uint32_t blue) {
  return kOpaque | red << 16 | green << 8 | blue;
}

template <typename T>
T load(const std::byte* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

constexpr std::uint32_t swap_red_blue(std::uint32_t pixel) {
  return pack(pixel & 0xff, pixel >> 8 & 0xff, pixel >> 16 & 0xff);
}

constexpr std::uint32_t eight_of_ten(std::uint32_t value) {
  return (value * 255 + 511) / 1023;
}

constexpr std::uint32_t from_ten_bits(std::uint32_t pixel) {
  return pack(eight_of_ten(pixel & 0x3ff), eight_of_ten(pixel >> 10 & 0x3ff),
              eight_of_ten(pixel >> 20 & 0x3ff));
}

// A half float in [0, 1): five bits of exponent (bias 15), ten of mantissa.
double half_value(std::uint32_t half) {
  const int exponent = static_cast<int>(half >> 10);
  const double mantissa = half & 0x3ff;
  return exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(mantissa + 1024, exponent - 25);
}

// IEC 61966-2-1.
double srgb_encoded(double linear) {
  return linear <= 0.0031308 ? 12.92 * linear : 1.055 * std::pow(linear, 1 / 2.4) - 0.055;
}

using HalfTable = std::array<std::uint8_t, kHalfOne>;

// Every half in [0, 1) as an sRGB byte; made at the first use.
const HalfTable& half_table() {
  static const HalfTable table = [] {
    HalfTable made;
    for (std::uint32_t half = 0; half < made.size(); ++half) {
      made[half] = static_cast<std::uint8_t>(std::lround(255 * srgb_encoded(half_value(half))));
    }
    return made;
  }();
  return table;
}

// Negative numbers and not-a-number are black.
std::uint32_t eight_of_half(const HalfTable& table, std::uint16_t half) {
  if (half < kHalfOne) return table[half];
  return half <= kHalfInfinity ? 255 : 0;
}

void convert_halves(std::uint32_t* to, const std::byte* from, std::uint32_t count) {
  const HalfTable& table = half_table();
  for (std::uint32_t i = 0; i < count; ++i, from += 8) {
    to[i] = pack(eight_of_half(table, load<std::uint16_t>(from)),
                 eight_of_half(table, load<std::uint16_t>(from + 2)),
                 eight_of_half(table, load<std::uint16_t>(from + 4)));
  }
}

}  // namespace

void convert_row(std::uint32_t* to, const std::byte* from, std::uint32_t count,
                 wire::PixelFormat format) {
  switch (format) {
    case wire::PixelFormat::Xrgb8888:
      std::memcpy(to, from, std::size_t{count} * 4);
      return;
    case wire::PixelFormat::Xbgr8888:
      for (std::uint32_t i = 0; i < count; ++i, from += 4) {
        to[i] = swap_red_blue(load<std::uint32_t>(from));
      }
      return;
    case wire::PixelFormat::Xbgr2101010:
      for (std::uint32_t i = 0; i < count; ++i, from += 4) {
        to[i] = from_ten_bits(load<std::uint32_t>(from));
      }
      return;
    case wire::PixelFormat::Xbgr16161616f:
      convert_halves(to, from, count);
      return;
  }
}

}  // namespace pierglass::pixel
