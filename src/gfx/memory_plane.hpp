// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

namespace pierglass::gfx {

// A part of a picture in a dma-buf.
struct MemoryPlane {
  int fd = -1;  // borrowed
  std::uint32_t offset = 0;
  std::uint32_t pitch = 0;  // bytes

  static constexpr std::size_t kMost = 4;  // of one picture
};

}  // namespace pierglass::gfx
