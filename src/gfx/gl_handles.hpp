// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <GLES3/gl3.h>

#include <cstdint>

#include "base/handle.hpp"

namespace pierglass::gfx {

// Sizes and places, as GL counts them.
constexpr GLint as_int(std::uint32_t value) {
  return static_cast<GLint>(value);
}

// All of them need their context to be current when they are closed.
struct GlTextureTraits {
  using Value = GLuint;
  static constexpr Value invalid() { return 0; }
  static void close(Value texture) noexcept { glDeleteTextures(1, &texture); }
};
using GlTexture = Handle<GlTextureTraits>;

struct GlBufferTraits {
  using Value = GLuint;
  static constexpr Value invalid() { return 0; }
  static void close(Value buffer) noexcept { glDeleteBuffers(1, &buffer); }  // unmaps it too
};
using GlBuffer = Handle<GlBufferTraits>;

struct GlFramebufferTraits {
  using Value = GLuint;
  static constexpr Value invalid() { return 0; }
  static void close(Value framebuffer) noexcept { glDeleteFramebuffers(1, &framebuffer); }
};
using GlFramebuffer = Handle<GlFramebufferTraits>;

struct GlShaderTraits {
  using Value = GLuint;
  static constexpr Value invalid() { return 0; }
  static void close(Value shader) noexcept { glDeleteShader(shader); }
};
using GlShader = Handle<GlShaderTraits>;

struct GlProgramTraits {
  using Value = GLuint;
  static constexpr Value invalid() { return 0; }
  static void close(Value program) noexcept { glDeleteProgram(program); }
};
using GlProgram = Handle<GlProgramTraits>;

struct GlFenceTraits {
  using Value = GLsync;
  static constexpr Value invalid() { return nullptr; }
  static void close(Value fence) noexcept { glDeleteSync(fence); }
};
using GlFence = Handle<GlFenceTraits>;

inline GlTexture generate_texture() {
  GLuint texture = 0;
  glGenTextures(1, &texture);
  return GlTexture(texture);
}

// Of the bound texture, which has no smaller versions of itself.
inline void set_sampling(GLint filter) {
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, filter);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, filter);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
}

inline GlFramebuffer generate_framebuffer() {
  GLuint framebuffer = 0;
  glGenFramebuffers(1, &framebuffer);
  return GlFramebuffer(framebuffer);
}

inline GlBuffer generate_buffer() {
  GLuint buffer = 0;
  glGenBuffers(1, &buffer);
  return GlBuffer(buffer);
}

}  // namespace pierglass::gfx
