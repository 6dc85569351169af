// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <GLES3/gl3.h>

#include "base/geometry.hpp"
#include "base/result.hpp"
#include "gfx/gl_handles.hpp"
#include "gfx/target.hpp"

namespace pierglass::gfx {

// What scaling by Lanczos needs beside the programs for its first pass: the weights, a texture
// between the two passes, the program of the second. A context is current whenever it is used or
// dies.
class GlLanczos {
 public:
  // For pictures of that upright size drawn so large; does nothing when they are those of the last
  // call, else loads weights and makes a texture of into.width x picture.height. OsCall when the
  // driver refuses one of them or the program; nothing of the sizes is kept then.
  Result<void> prepare(Size picture, Size into);

  // What is drawn from now on is the first pass, into a viewport of into.width x picture.height;
  // the weights are on kKernelUnit.
  void begin_across();
  [[nodiscard]] GLint taps_across() const { return across_.taps; }

  // The second pass, into the framebuffer that was bound at begin_across(); the viewport is
  // `into`.
  void draw_down(const Rect& into, const Target& target);

 private:
  struct Axis {
    GlTexture weights;
    GLint taps = 0;
    void load(std::uint32_t source, std::uint32_t target);
  };

  Result<void> build();
  Result<void> make_rows();
  void forget();

  Size picture_;
  Size into_;
  Axis across_;
  Axis down_;
  GlTexture rows_;
  GlFramebuffer framebuffer_;
  GLint outer_ = 0;  // the framebuffer to draw into in the end
  GlProgram program_;
  TargetUniforms target_;
  GLint taps_ = -1;  // uniform
};

}  // namespace pierglass::gfx
