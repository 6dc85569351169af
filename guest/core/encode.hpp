// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

#include "wire/format.hpp"

namespace pierglass::guest {

// Turns `count` Xrgb8888 pixels into `format`, so that a pixel::RowConverter gives the same
// pixels back. Half floats are linear scRGB.
void encode_row(std::byte* to, const std::uint32_t* from, std::uint32_t count,
                wire::PixelFormat format);

// The colour space in which encode_row writes `format`.
wire::ColourSpace colour_space_of(wire::PixelFormat format);

}  // namespace pierglass::guest
