// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>

namespace pierglass::wire {

// DRM fourcc codes (drm_fourcc.h), named from the most to the least significant bits of the
// little-endian pixel. DXGI's B8G8R8A8 in memory is Xrgb8888. Alpha carries no meaning.
enum class PixelFormat : std::uint32_t {
  Xrgb8888 = 0x34325258,       // 'XR24', DXGI_FORMAT_B8G8R8A8_UNORM
  Xbgr8888 = 0x34324258,       // 'XB24', DXGI_FORMAT_R8G8B8A8_UNORM
  Xbgr2101010 = 0x30334258,    // 'XB30', DXGI_FORMAT_R10G10B10A2_UNORM
  Xbgr16161616f = 0x48344258,  // 'XB4H', DXGI_FORMAT_R16G16B16A16_FLOAT
  // Packed into three bytes; never in a region of ours, other hosts send them.
  Rgb888 = 0x34324752,  // 'RG24', memory order B, G, R
  Bgr888 = 0x34324742,  // 'BG24', memory order R, G, B
};

// Nothing for a code that a region's frame may not have.
constexpr std::optional<PixelFormat> pixel_format_from(std::uint32_t fourcc) {
  switch (static_cast<PixelFormat>(fourcc)) {
    case PixelFormat::Xrgb8888:
    case PixelFormat::Xbgr8888:
    case PixelFormat::Xbgr2101010:
    case PixelFormat::Xbgr16161616f:
      return static_cast<PixelFormat>(fourcc);
    case PixelFormat::Rgb888:
    case PixelFormat::Bgr888:
      return std::nullopt;
  }
  return std::nullopt;
}

constexpr std::uint32_t bytes_per_pixel(PixelFormat format) {
  if (format == PixelFormat::Rgb888 || format == PixelFormat::Bgr888) return 3;
  return format == PixelFormat::Xbgr16161616f ? 8 : 4;
}

enum class ColourSpace : std::uint32_t {
  Srgb = 1,         // BT.709 primaries, sRGB transfer
  ScrgbLinear = 2,  // BT.709 primaries, linear, 1.0 = 80 cd/m2
  Bt2020Pq = 3,     // BT.2020 primaries, SMPTE ST 2084
};

// How the picture must be turned clockwise to stand upright.
enum class Rotation : std::uint32_t { None = 0, Turn90 = 1, Turn180 = 2, Turn270 = 3 };

// DXGI's pointer shapes. Monochrome: an AND plane followed by an XOR plane, one bit a pixel, each
// `height` rows of `pitch` bytes. Colour: BGRA, straight alpha. MaskedColour: BGRA whose alpha is 0
// (replace) or 255 (exclusive or with the screen).
enum class CursorType : std::uint32_t { Colour = 1, Monochrome = 2, MaskedColour = 3 };

enum class GuestState : std::uint32_t { Starting = 0, Capturing = 1, Paused = 2, Stopping = 3 };

}  // namespace pierglass::wire
