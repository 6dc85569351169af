// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <d3d11.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/geometry.hpp"
#include "base/result.hpp"

namespace pierglass::guest {

// Carries textures of a Direct3D 11 device into shared memory without the processor. One thread,
// the one that uses the immediate context.
class CopyEngine {
 public:
  virtual ~CopyEngine() = default;

  // Copies `rects` of `texture` (of `size`) into the picture that begins at `to`, in the shared
  // memory, with rows of `pitch` bytes. Returns when the bytes are there. An error: use no more;
  // what is in the rectangles is anything.
  virtual Result<void> copy(ID3D11Texture2D& texture, DXGI_FORMAT format, Size size,
                            std::span<const Rect> rects, std::byte* to, std::uint32_t pitch) = 0;

  // What it keeps for textures that were copied may go: they do not come again.
  virtual void forget_textures() = 0;
};

}  // namespace pierglass::guest
