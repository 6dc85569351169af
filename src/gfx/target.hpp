// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <GLES3/gl3.h>

#include <cstdint>

#include "base/geometry.hpp"

namespace pierglass::gfx {

// The row of the window that a framebuffer begins with: GL's own windows with the lowest, memory
// that is handed over as it is with the topmost.
enum class FirstRow : std::uint8_t { Lowest, Topmost };

// A framebuffer of a window.
struct Target {
  Size size;
  FirstRow first_row = FirstRow::Lowest;

  [[nodiscard]] bool topmost_first() const { return first_row == FirstRow::Topmost; }
  // The framebuffer's row where a part of the window begins.
  [[nodiscard]] GLint row_of(const Rect& part) const {
    return static_cast<GLint>(topmost_first() ? part.y : size.height - part.y - part.height);
  }
};

}  // namespace pierglass::gfx
