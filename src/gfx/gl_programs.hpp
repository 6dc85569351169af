// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <GLES3/gl3.h>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "gfx/gl_handles.hpp"
#include "gfx/target.hpp"
#include "pixel/filter.hpp"
#include "pixel/image.hpp"

namespace pierglass::gfx {

// Compiles GLSL ES 3.00 with `conditions`, lines of #define, before it. OsCall.
Result<GlShader> compile_shader(GLenum kind, std::string_view conditions, std::string_view source);
// A fragment shader that comes behind shaders/target.frag.
std::string drawing(std::string_view source);
Result<GlProgram> link_program(const GlShader& vertex, const GlShader& fragment);

// The shaders' combinations (shaders/frame.frag): what samples are, whether the picture is turned,
// how it is scaled, whether the pointer is on it. Only those that pictures need are ever compiled.
// A context is current whenever it is used or dies.
class GlPrograms {
 public:
  static constexpr GLint kPictureUnit = 0, kPointerUnit = 1, kKernelUnit = 2;  // of textures

  struct Program {
    GlProgram name;
    // Uniforms.
    TargetUniforms target;
    GLint pointer_box = -1, pointer_inverts = -1;
    GLint taps = -1;  // of Lanczos
  };

  // Two programs that differ in whether the fragments drawn may lie under the pointer.
  struct Pair {
    Program bare;
    Program with_pointer;
  };

  // The programs for such pictures, compiled when they are new, which takes the driver tens of
  // milliseconds, and told all that is the same for every draw of them. They stay valid. For
  // Lanczos the first of its two passes. OsCall when the driver refuses.
  Result<const Pair*> prepare(const pixel::PictureKind& kind, pixel::Sampling sampling);

 private:
  static constexpr std::size_t kTransfers = 3, kFamilies = 2 * kTransfers;
  std::array<std::array<Pair, pixel::kSamplingCount>, kFamilies> pairs_;
};

}  // namespace pierglass::gfx
