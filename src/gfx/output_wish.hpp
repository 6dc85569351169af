// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <string>

namespace pierglass::gfx {

// Whose buffers GL's pictures are handed over in.
enum class OutputBuffers : std::uint8_t {
  Auto,  // our own where they are seen to work, else EGL's
  Own,   // also with drivers that leave no fences in them
  Egl,   // those of EGL's window
};

struct OutputWish {
  OutputBuffers buffers = OutputBuffers::Auto;
  std::string gpu;  // path of the render node to draw with; empty: the compositor's
};

}  // namespace pierglass::gfx
