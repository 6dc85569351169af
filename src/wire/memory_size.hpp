// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>

#include "base/result.hpp"
#include "wire/build.hpp"

// How much memory a virtual machine must be given for the pictures that it shall show.
namespace pierglass::wire {

// The smallest IVSHMEM size (a power of two) whose slots hold `size`.
inline std::uint64_t memory_needed(const RegionSpec& spec, Size size, PixelFormat format) {
  return std::bit_ceil(region_bytes_for(spec, size, format));
}

// The same for a machine that will show each of `sizes` at one time or another; no sizes: 0.
inline std::uint64_t memory_needed(const RegionSpec& spec, std::span<const Size> sizes,
                                   PixelFormat format) {
  std::uint64_t bytes = 0;
  for (const Size size : sizes) bytes = std::max(bytes, memory_needed(spec, size, format));
  return bytes;
}

// What a screen's pictures take: 8 bytes a pixel for HDR, else 4.
enum class PixelRoom : std::uint8_t { Standard, Hdr };

// The largest format that such a screen sends.
constexpr PixelFormat largest_format(PixelRoom room) {
  return room == PixelRoom::Hdr ? PixelFormat::Xbgr16161616f : PixelFormat::Xrgb8888;
}

// TooSmall when a picture of `size` would not fit the slots of `region_bytes`: `got` and `want`
// are bytes of memory, there and needed.
inline Result<void> check_fits(std::uint64_t region_bytes, const RegionSpec& spec, Size size,
                               PixelFormat format) {
  if (region_bytes_for(spec, size, format) <= region_bytes) return {};
  return fail(ErrorCode::TooSmall, "shared memory", region_bytes,
              memory_needed(spec, size, format));
}

}  // namespace pierglass::wire
