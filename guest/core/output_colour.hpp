// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "wire/parse.hpp"

// How DXGI's pictures are stored and meant, by DXGI's numbers.
namespace pierglass::guest {

namespace dxgi {
// DXGI_FORMAT
inline constexpr std::uint32_t kR16G16B16A16Float = 10;
inline constexpr std::uint32_t kR10G10B10A2Unorm = 24;
inline constexpr std::uint32_t kR8G8B8A8Unorm = 28;
inline constexpr std::uint32_t kB8G8R8A8Unorm = 87;
// DXGI_COLOR_SPACE_TYPE
inline constexpr std::uint32_t kRgbFullG2084NoneP2020 = 12;
// DXGI_MODE_ROTATION; 0 (unspecified) and 1 (identity) are upright
inline constexpr std::uint32_t kRotate90 = 2;
inline constexpr std::uint32_t kRotate180 = 3;
inline constexpr std::uint32_t kRotate270 = 4;
}  // namespace dxgi

enum class HdrWish : std::uint8_t {
  AsIs,  // pictures come as the desktop is composed
  Off,   // Windows makes eight bits of them
};

// What to ask for, the best first.
std::span<const std::uint32_t> wanted_formats(HdrWish wish);

// Nothing for a format that no frame can have.
std::optional<wire::PixelFormat> pixel_format_of(std::uint32_t dxgi_format);

// DXGI says how the texture is turned to become the desktop: clockwise, as the wire does.
wire::Rotation rotation_of(std::uint32_t dxgi_rotation);

// What DXGI_OUTPUT_DESC1 says of an output's colour.
struct OutputColour {
  std::uint32_t colour_space = 0;
  std::array<float, 8> primaries{};  // red, green, blue, white as CIE x, y
  float max_luminance = 0;           // cd/m2
  float min_luminance = 0;
  float max_full_frame_luminance = 0;

  // The output shows HDR: its metadata means something.
  [[nodiscard]] bool is_hdr() const { return colour_space == dxgi::kRgbFullG2084NoneP2020; }
};

// Half floats are linear scRGB whatever the output's space is; ten bits are PQ on an HDR output.
wire::ColourSpace colour_space_of(wire::PixelFormat format, const OutputColour& colour);

// All 0 for an output without HDR. Values that are no numbers or out of range are clamped.
wire::HdrMetadata hdr_metadata_of(const OutputColour& colour);

// From what DisplayConfig calls the SDR white level: 1000 is 80 cd/m2. 0: unknown.
std::uint32_t white_millinits_of(std::uint32_t level);

}  // namespace pierglass::guest
