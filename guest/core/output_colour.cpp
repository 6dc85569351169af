// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/core/output_colour.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace pierglass::guest {
namespace {

constexpr std::array<std::uint32_t, 4> kAsIs{dxgi::kR16G16B16A16Float, dxgi::kR10G10B10A2Unorm,
                                             dxgi::kB8G8R8A8Unorm, dxgi::kR8G8B8A8Unorm};
constexpr std::array<std::uint32_t, 2> kEightBits{dxgi::kB8G8R8A8Unorm, dxgi::kR8G8B8A8Unorm};

// `value` in units of 1/scale; not-a-number is 0.
template <typename Integer>
Integer in_units(float value, double scale) {
  constexpr auto kMost = static_cast<double>(std::numeric_limits<Integer>::max());
  const double scaled = std::round(double{value} * scale);
  return scaled > 0 ? static_cast<Integer>(std::min(scaled, kMost)) : Integer{0};
}

}  // namespace

std::span<const std::uint32_t> wanted_formats(HdrWish wish) {
  if (wish == HdrWish::Off) return kEightBits;
  return kAsIs;
}

std::optional<wire::PixelFormat> pixel_format_of(std::uint32_t dxgi_format) {
  switch (dxgi_format) {
    case dxgi::kB8G8R8A8Unorm:
      return wire::PixelFormat::Xrgb8888;
    case dxgi::kR8G8B8A8Unorm:
      return wire::PixelFormat::Xbgr8888;
    case dxgi::kR10G10B10A2Unorm:
      return wire::PixelFormat::Xbgr2101010;
    case dxgi::kR16G16B16A16Float:
      return wire::PixelFormat::Xbgr16161616f;
    default:
      return std::nullopt;
  }
}

wire::Rotation rotation_of(std::uint32_t dxgi_rotation) {
  switch (dxgi_rotation) {
    case dxgi::kRotate90:
      return wire::Rotation::Turn90;
    case dxgi::kRotate180:
      return wire::Rotation::Turn180;
    case dxgi::kRotate270:
      return wire::Rotation::Turn270;
    default:
      return wire::Rotation::None;
  }
}

wire::ColourSpace colour_space_of(wire::PixelFormat format, const OutputColour& colour) {
  if (format == wire::PixelFormat::Xbgr16161616f) return wire::ColourSpace::ScrgbLinear;
  if (format == wire::PixelFormat::Xbgr2101010 && colour.is_hdr())
    return wire::ColourSpace::Bt2020Pq;
  return wire::ColourSpace::Srgb;
}

wire::HdrMetadata hdr_metadata_of(const OutputColour& colour) {
  wire::HdrMetadata hdr;
  if (!colour.is_hdr()) return hdr;
  for (std::size_t i = 0; i < hdr.primaries.size(); ++i)
    hdr.primaries[i] = in_units<std::uint16_t>(colour.primaries[i], 50'000);
  hdr.max_luminance = in_units<std::uint32_t>(colour.max_luminance, 10'000);
  hdr.min_luminance = in_units<std::uint32_t>(colour.min_luminance, 10'000);
  hdr.max_content_light = in_units<std::uint16_t>(colour.max_luminance, 1);
  hdr.max_frame_avg_light = in_units<std::uint16_t>(colour.max_full_frame_luminance, 1);
  return hdr;
}

std::uint32_t white_millinits_of(std::uint32_t level) {
  constexpr std::uint64_t kMillinitsPerUnit = 80;
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(
      level * kMillinitsPerUnit, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace pierglass::guest
