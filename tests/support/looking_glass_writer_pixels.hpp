// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/geometry.hpp"
#include "pixel/image.hpp"

namespace pierglass::test {

// What a host can send, as its frame type and flags say it.
enum class GlassFormat : std::uint8_t {
  Bgra,
  Rgba,
  Rgba10,        // not HDR: sRGB in ten bits
  Rgba10Linear,  // HDR as release B7 sends it: linear BT.709, 1.0 is SDR white
  Rgba10Pq,      // HDR: BT.2020, PQ
  Rgba16F,       // HDR: linear BT.709, 1.0 is SDR white
  Bgr32,         // B, G, R packed into rows of a 32-bit texture
  Rgb24,         // R, G, B packed
};

// The frame's `type`, 1 to 6.
std::uint32_t frame_type(GlassFormat format);
// HDR and HDR_PQ of the frame's flags.
std::uint32_t format_flags(GlassFormat format);

// How a picture of `size` is stored.
struct StoredGeometry {
  std::uint32_t texel_bytes = 0;
  std::uint32_t width = 0;  // texels
  std::uint32_t rows = 0;
  std::uint32_t pitch = 0;  // bytes
  [[nodiscard]] std::uint32_t bytes() const { return pitch * rows; }
};

// `pitch` 0: as the format needs it.
StoredGeometry stored_geometry(Size size, GlassFormat format, std::uint32_t pitch = 0);

// Encodes `rect` of an Xrgb8888 picture into a stored one of the same size. HDR formats get SDR
// content: white becomes SDR white, which in PQ is `sdr_white` cd/m2.
void encode_rect(std::byte* stored, const StoredGeometry& geometry, GlassFormat format,
                 const pixel::ConstImage& picture, const Rect& rect, std::uint32_t sdr_white = 80);

// All of it; what is no pixel is 0x55, which nobody may show.
std::vector<std::byte> encode_picture(const pixel::ConstImage& picture, GlassFormat format,
                                      std::uint32_t pitch = 0, std::uint32_t sdr_white = 80);

// SMPTE ST 2084: a luminance in cd/m2 as a sample of 0 to 1.
double pq_from_nits(double nits);

}  // namespace pierglass::test
