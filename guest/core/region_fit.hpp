// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <bit>
#include <cstdint>

#include "base/result.hpp"
#include "wire/build.hpp"

namespace pierglass::guest {

// The smallest IVSHMEM size (a power of two) whose slots hold `size`.
inline std::uint64_t memory_needed(const wire::RegionSpec& spec, Size size,
                                   wire::PixelFormat format) {
  return std::bit_ceil(wire::region_bytes_for(spec, size, format));
}

// TooSmall when a picture of `size` would not fit the slots of `region_bytes`: `got` and `want`
// are bytes of memory, there and needed.
inline Result<void> check_fits(std::uint64_t region_bytes, const wire::RegionSpec& spec, Size size,
                               wire::PixelFormat format) {
  if (wire::region_bytes_for(spec, size, format) <= region_bytes) return {};
  return fail(ErrorCode::TooSmall, "shared memory", region_bytes,
              memory_needed(spec, size, format));
}

}  // namespace pierglass::guest
