// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

#include "pixel/image.hpp"

namespace pierglass::pixel {

// Turns `count` pixels of any wire format into Xrgb8888. Ten-bit channels are rounded, half floats
// are taken as linear scRGB, clipped to 0..1 and encoded as sRGB.
void convert_row(std::uint32_t* to, const std::byte* from, std::uint32_t count,
                 wire::PixelFormat format);

}  // namespace pierglass::pixel
