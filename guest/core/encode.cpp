// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/core/encode.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <source_location>

#include "base/result.hpp"

namespace pierglass::guest {
namespace {

// IEEE 754 binary16 of a value in 0 .. 1, rounded to nearest.
std::uint16_t half_from(float value) {
  constexpr float kSmallestNormal = 0x1p-14f;
  if (value < kSmallestNormal) return static_cast<std::uint16_t>(std::lround(value * 0x1p24f));
  const auto bits = std::bit_cast<std::uint32_t>(value);
  constexpr std::uint32_t kRebias = (127 - 15) << 23;
  constexpr std::uint32_t kHalfUlp = 1u << 12;
  return static_cast<std::uint16_t>((bits - kRebias + kHalfUlp) >> 13);
}

float linear_from_srgb(std::uint32_t level) {
  const float encoded = static_cast<float>(level) / 255.0f;
  return encoded <= 0.04045f ? encoded / 12.92f : std::pow((encoded + 0.055f) / 1.055f, 2.4f);
}

const std::array<std::uint16_t, 256>& half_table() {
  static const auto table = [] {
    std::array<std::uint16_t, 256> made{};
    for (std::uint32_t level = 0; level < made.size(); ++level)
      made[level] = half_from(linear_from_srgb(level));
    return made;
  }();
  return table;
}

constexpr std::uint32_t widen_to_10(std::uint32_t level) {
  return level << 2 | level >> 6;
}

std::uint32_t to_xbgr8888(std::uint32_t xrgb) {
  return (xrgb & 0x0000ff00) | (xrgb >> 16 & 0xff) | (xrgb & 0xff) << 16;
}

std::uint32_t to_xbgr2101010(std::uint32_t xrgb) {
  return widen_to_10(xrgb & 0xff) << 20 | widen_to_10(xrgb >> 8 & 0xff) << 10 |
         widen_to_10(xrgb >> 16 & 0xff);
}

std::uint64_t to_half(std::uint32_t xrgb, const std::array<std::uint16_t, 256>& table) {
  constexpr std::uint64_t kOne = 0x3c00;
  return kOne << 48 | std::uint64_t{table[xrgb & 0xff]} << 32 |
         std::uint64_t{table[xrgb >> 8 & 0xff]} << 16 | table[xrgb >> 16 & 0xff];
}

template <typename Pixel, typename Encode>
void encode_each(std::byte* to, const std::uint32_t* from, std::uint32_t count, Encode encode) {
  for (std::uint32_t i = 0; i < count; ++i) {
    const Pixel pixel = encode(from[i]);
    std::memcpy(to + i * sizeof pixel, &pixel, sizeof pixel);
  }
}

}  // namespace

void encode_row(std::byte* to, const std::uint32_t* from, std::uint32_t count,
                wire::PixelFormat format) {
  switch (format) {
    case wire::PixelFormat::Xrgb8888:
      std::memcpy(to, from, std::size_t{count} * 4);
      return;
    case wire::PixelFormat::Xbgr8888:
      encode_each<std::uint32_t>(to, from, count, to_xbgr8888);
      return;
    case wire::PixelFormat::Xbgr2101010:
      encode_each<std::uint32_t>(to, from, count, to_xbgr2101010);
      return;
    case wire::PixelFormat::Xbgr16161616f:
      encode_each<std::uint64_t>(to, from, count, [&table = half_table()](std::uint32_t xrgb) {
        return to_half(xrgb, table);
      });
      return;
    case wire::PixelFormat::Rgb888:
    case wire::PixelFormat::Bgr888:
      break;  // no frame of a region has them
  }
  die("pixel format", std::source_location::current());
}

wire::ColourSpace colour_space_of(wire::PixelFormat format) {
  return format == wire::PixelFormat::Xbgr16161616f ? wire::ColourSpace::ScrgbLinear
                                                    : wire::ColourSpace::Srgb;
}

}  // namespace pierglass::guest
