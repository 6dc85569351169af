// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <GLES3/gl3.h>

#include <array>
#include <cstddef>
#include <string_view>

#include "base/result.hpp"
#include "gfx/gl_handles.hpp"
#include "pixel/image.hpp"

namespace pierglass::gfx {

// Compiles GLSL ES 3.00 with `conditions`, lines of #define, before it. OsCall.
Result<GlShader> compile_shader(GLenum kind, std::string_view conditions, std::string_view source);
Result<GlProgram> link_program(const GlShader& vertex, const GlShader& fragment);

// The shaders' combinations of conditions (shaders/frame.frag). Those of exactness and pointer are
// built together; the rest, the family, is a matter of the picture. A context is current whenever
// it is used or dies.
class GlPrograms {
 public:
  static constexpr std::size_t kExact = 1, kPointer = 2;
  static constexpr GLint kPictureUnit = 0, kPointerUnit = 1;  // of textures

  struct Program {
    GlProgram name;
    GLint viewport = -1, pointer_box = -1, pointer_inverts = -1;  // uniforms
  };

  // Has the driver compile the family when it is new, and tells it all that is the same for every
  // draw of such pictures. Gives its number, to be combined with kExact and kPointer; that of
  // upright sRGB is 0. OsCall when the driver refuses.
  Result<std::size_t> prepare(const pixel::PictureKind& kind);

  // Makes it current; its family was prepared before.
  const Program& use(std::size_t which) const;

 private:
  static constexpr std::size_t kFamily = 4;  // programs in one
  static constexpr std::size_t kRotated = 4, kTransfer = 8, kCount = 24;
  Result<void> build(std::size_t family);

  std::array<Program, kCount> programs_;
};

}  // namespace pierglass::gfx
