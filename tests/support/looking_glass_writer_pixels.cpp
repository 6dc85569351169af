// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/looking_glass_writer_pixels.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "guest/core/encode.hpp"
#include "tests/support/looking_glass_writer_raw.hpp"

namespace pierglass::test {
namespace {

constexpr std::byte kNoPixel{0x55};
constexpr std::uint32_t kLinearSteps = 65536;
constexpr double kPqPeak = 10'000;  // cd/m2

constexpr std::uint32_t aligned(std::uint32_t value, std::uint32_t alignment) {
  return (value + alignment - 1) / alignment * alignment;
}

double linear_from_srgb(std::uint32_t level) {
  const double encoded = level / 255.0;
  return encoded <= 0.04045 ? encoded / 12.92 : std::pow((encoded + 0.055) / 1.055, 2.4);
}

const std::array<float, 256>& linear_table() {
  static const auto table = [] {
    std::array<float, 256> made{};
    for (std::uint32_t i = 0; i < made.size(); ++i)
      made[i] = static_cast<float>(linear_from_srgb(i));
    return made;
  }();
  return table;
}

std::uint32_t ten_bits(double value) {
  return static_cast<std::uint32_t>(std::lround(std::clamp(value, 0.0, 1.0) * 1023));
}

struct Rgb {
  float red, green, blue;
};

Rgb linear_of(std::uint32_t xrgb) {
  const auto& table = linear_table();
  return {table[xrgb >> 16 & 0xff], table[xrgb >> 8 & 0xff], table[xrgb & 0xff]};
}

// BT.2087: linear BT.709 to linear BT.2020.
Rgb to_bt2020(const Rgb& from) {
  return {0.6274F * from.red + 0.3293F * from.green + 0.0433F * from.blue,
          0.0691F * from.red + 0.9195F * from.green + 0.0114F * from.blue,
          0.0164F * from.red + 0.0880F * from.green + 0.8956F * from.blue};
}

// Ten bits of PQ for linear values of 0 to 1 in steps; 1 is `white` cd/m2.
const std::vector<std::uint16_t>& pq_table(std::uint32_t white) {
  thread_local std::uint32_t made_for = 0;
  thread_local std::vector<std::uint16_t> table;
  if (made_for != white) {
    made_for = white;
    table.resize(kLinearSteps);
    for (std::uint32_t i = 0; i < kLinearSteps; ++i)
      table[i] = static_cast<std::uint16_t>(
          ten_bits(pq_from_nits(static_cast<double>(i) / (kLinearSteps - 1) * white)));
  }
  return table;
}

std::uint32_t pq_sample(const std::vector<std::uint16_t>& table, float linear) {
  return table[static_cast<std::size_t>(
      std::lround(std::clamp(linear, 0.0F, 1.0F) * static_cast<float>(kLinearSteps - 1)))];
}

std::uint32_t pack10(std::uint32_t red, std::uint32_t green, std::uint32_t blue) {
  return red | green << 10 | blue << 20 | 3U << 30;
}

void encode_linear10(std::byte* to, const std::uint32_t* from, std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i) {
    const Rgb rgb = linear_of(from[i]);
    const std::uint32_t texel = pack10(ten_bits(rgb.red), ten_bits(rgb.green), ten_bits(rgb.blue));
    std::memcpy(to + std::size_t{i} * 4, &texel, sizeof texel);
  }
}

void encode_pq10(std::byte* to, const std::uint32_t* from, std::uint32_t count,
                 std::uint32_t white) {
  const auto& table = pq_table(white);
  for (std::uint32_t i = 0; i < count; ++i) {
    const Rgb rgb = to_bt2020(linear_of(from[i]));
    const std::uint32_t texel =
        pack10(pq_sample(table, rgb.red), pq_sample(table, rgb.green), pq_sample(table, rgb.blue));
    std::memcpy(to + std::size_t{i} * 4, &texel, sizeof texel);
  }
}

// Three bytes a pixel; `first` and `third` are the shifts of the outer two in 0x00RRGGBB.
void encode_packed(std::byte* to, const std::uint32_t* from, std::uint32_t count, unsigned first,
                   unsigned third) {
  for (std::uint32_t i = 0; i < count; ++i, to += 3) {
    to[0] = static_cast<std::byte>(from[i] >> first & 0xff);
    to[1] = static_cast<std::byte>(from[i] >> 8 & 0xff);
    to[2] = static_cast<std::byte>(from[i] >> third & 0xff);
  }
}

void encode_span(std::byte* to, const std::uint32_t* from, std::uint32_t count, GlassFormat format,
                 std::uint32_t white) {
  switch (format) {
    case GlassFormat::Bgra:
      return guest::encode_row(to, from, count, wire::PixelFormat::Xrgb8888);
    case GlassFormat::Rgba:
      return guest::encode_row(to, from, count, wire::PixelFormat::Xbgr8888);
    case GlassFormat::Rgba10:
      return guest::encode_row(to, from, count, wire::PixelFormat::Xbgr2101010);
    case GlassFormat::Rgba10Linear:
      return encode_linear10(to, from, count);
    case GlassFormat::Rgba10Pq:
      return encode_pq10(to, from, count, white);
    case GlassFormat::Rgba16F:
      return guest::encode_row(to, from, count, wire::PixelFormat::Xbgr16161616f);
    case GlassFormat::Bgr32:
      return encode_packed(to, from, count, 0, 16);
    case GlassFormat::Rgb24:
      return encode_packed(to, from, count, 16, 0);
  }
}

bool packed(GlassFormat format) {
  return format == GlassFormat::Bgr32 || format == GlassFormat::Rgb24;
}

}  // namespace

std::uint32_t frame_type(GlassFormat format) {
  switch (format) {
    case GlassFormat::Bgra:
      return 1;
    case GlassFormat::Rgba:
      return 2;
    case GlassFormat::Rgba10:
    case GlassFormat::Rgba10Linear:
    case GlassFormat::Rgba10Pq:
      return 3;
    case GlassFormat::Rgba16F:
      return 4;
    case GlassFormat::Bgr32:
      return 5;
    case GlassFormat::Rgb24:
      return 6;
  }
  return 0;
}

std::uint32_t format_flags(GlassFormat format) {
  switch (format) {
    case GlassFormat::Rgba10Linear:
    case GlassFormat::Rgba16F:
      return kvmfr::kHdr;
    case GlassFormat::Rgba10Pq:
      return kvmfr::kHdr | kvmfr::kHdrPq;
    default:
      return 0;
  }
}

StoredGeometry stored_geometry(Size size, GlassFormat format, std::uint32_t pitch) {
  StoredGeometry stored{.texel_bytes = 4, .width = size.width, .rows = size.height, .pitch = pitch};
  std::uint32_t needed = size.width * 4;
  if (format == GlassFormat::Rgba16F) {
    stored.texel_bytes = 8;
    needed = size.width * 8;
  } else if (format == GlassFormat::Bgr32) {
    const std::uint32_t row = aligned(size.width * 3, 4);
    stored.width = aligned(row / 4, 64);
    stored.rows = static_cast<std::uint32_t>(size.area() / (row / 3));
    needed = stored.width * 4;
  } else if (format == GlassFormat::Rgb24) {
    stored.texel_bytes = 3;
    needed = aligned(size.width, 64) * 3;
  }
  stored.pitch = std::max(pitch, needed);
  return stored;
}

void encode_rect(std::byte* stored, const StoredGeometry& geometry, GlassFormat format,
                 const pixel::ConstImage& picture, const Rect& rect, std::uint32_t sdr_white) {
  const std::size_t pixel_bytes = packed(format) ? 3 : geometry.texel_bytes;
  const auto end = std::min<std::uint64_t>(rect.bottom(), geometry.rows);
  for (std::uint32_t y = rect.y; y < end; ++y) {
    // Rows of Xrgb8888 pictures are aligned to four bytes.
    const auto* from = reinterpret_cast<const std::uint32_t*>(picture.row(y)) + rect.x;
    encode_span(stored + std::size_t{y} * geometry.pitch + rect.x * pixel_bytes, from, rect.width,
                format, sdr_white);
  }
}

std::vector<std::byte> encode_picture(const pixel::ConstImage& picture, GlassFormat format,
                                      std::uint32_t pitch, std::uint32_t sdr_white) {
  const StoredGeometry geometry = stored_geometry(picture.size, format, pitch);
  std::vector<std::byte> stored(geometry.bytes(), kNoPixel);
  encode_rect(stored.data(), geometry, format, picture, full_rect(picture.size), sdr_white);
  return stored;
}

double pq_from_nits(double nits) {
  constexpr double kM1 = 2610.0 / 16384, kM2 = 2523.0 / 4096 * 128;
  constexpr double kC1 = 3424.0 / 4096, kC2 = 2413.0 / 4096 * 32, kC3 = 2392.0 / 4096 * 32;
  const double power = std::pow(std::max(nits, 0.0) / kPqPeak, kM1);
  return std::pow((kC1 + kC2 * power) / (1 + kC3 * power), kM2);
}

}  // namespace pierglass::test
