// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <GLES3/gl3.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/geometry.hpp"
#include "base/result.hpp"
#include "gfx/gl_handles.hpp"
#include "gfx/panel.hpp"
#include "gfx/target.hpp"

namespace pierglass::gfx {

// Draws a Panel with GL. Has its program compiled and its texture made when there is something to
// draw for the first time. A context is current whenever it is used or dies.
class GlPanel {
 public:
  void set_lines(std::span<const std::string> lines) { panel_.set_lines(lines); }

  // Blends it over the current framebuffer, which is `target` and holds picture and pointer. The
  // pointer's texture is on GlPrograms::kPointerUnit, as the frame shader reads it. Nothing where
  // the driver refused the program: a picture without a panel is better than none.
  void draw(const Target& target, const PlacedPointer& pointer);

 private:
  Result<void> build();
  void load();
  void tell_pointer(const PlacedPointer& pointer) const;
  [[nodiscard]] GLint uniform(const char* name) const;

  Panel panel_;
  GlProgram program_;
  TargetUniforms target_;
  bool refused_ = false;
  GlTexture texture_;
  std::optional<std::uint64_t> loaded_;  // version of the panel in the texture
};

}  // namespace pierglass::gfx
