// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <GLES3/gl3.h>

#include <cstdint>

#include "base/geometry.hpp"
#include "pixel/turn.hpp"

namespace pierglass::gfx {

// The row of what is shown that a framebuffer begins with: GL's own windows with the lowest, memory
// that is handed over as it is with the topmost.
enum class FirstRow : std::uint8_t { Lowest, Topmost };

// A framebuffer of a window, which may stand in it turned.
struct Target {
  Size size;  // of the window, upright
  FirstRow first_row = FirstRow::Lowest;
  Transform transform = Transform::Normal;

  // Where the upright window's pixels are in the framebuffer.
  [[nodiscard]] pixel::Turn turn() const;
  // The framebuffer's pixels that a part of the window covers.
  [[nodiscard]] Rect box_of(const Rect& part) const;
};

// By a part of the window.
void set_viewport(const Target& target, const Rect& part);
void set_scissor(const Target& target, const Rect& part);

// The uniforms of shaders/target.frag.
struct TargetUniforms {
  GLint size = -1, origin = -1, right = -1, down = -1;

  static TargetUniforms of(GLuint program);
  // Tells the program in use that it draws that part of the window.
  void set(const Target& target, const Rect& part) const;
};

}  // namespace pierglass::gfx
