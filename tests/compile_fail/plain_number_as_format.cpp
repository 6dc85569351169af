// SPDX-License-Identifier: GPL-2.0-or-later
// A pixel format is only made from a peer's number by the function that checks it.
// expect: could not convert|no viable conversion
#include <cstdint>

#include "wire/format.hpp"

std::optional<pierglass::wire::PixelFormat> format_of(std::uint32_t fourcc) {
#ifdef WRONG
  return fourcc;
#else
  return pierglass::wire::pixel_format_from(fourcc);
#endif
}
