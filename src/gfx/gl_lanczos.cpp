// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/gl_lanczos.hpp"

#include <vector>

#include "gfx/gl_programs.hpp"
#include "gfx/shaders.hpp"
#include "pixel/lanczos_kernel.hpp"

namespace pierglass::gfx {
namespace {

// Read texel by texel.
void set_nearest() {
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
}

void bind(GLint unit, const GlTexture& texture) {
  glActiveTexture(GL_TEXTURE0 + static_cast<GLenum>(unit));
  glBindTexture(GL_TEXTURE_2D, texture.get());
}

}  // namespace

// As shaders/lanczos_across.frag reads it: a column for each target pixel.
void GlLanczos::Axis::load(std::uint32_t source, std::uint32_t target) {
  const pixel::AxisKernel kernel = pixel::lanczos_kernel(source, target);
  std::vector<float> texels(kernel.first.begin(), kernel.first.end());
  for (std::uint32_t k = 0; k < kernel.taps; ++k) {
    for (std::uint32_t i = 0; i < target; ++i) texels.push_back(kernel.weight(i, k));
  }
  taps = as_int(kernel.taps);
  weights = generate_texture();
  bind(GlPrograms::kKernelUnit, weights);
  set_nearest();
  glTexImage2D(GL_TEXTURE_2D, 0, GL_R32F, as_int(target), taps + 1, 0, GL_RED, GL_FLOAT,
               texels.data());
}

Result<void> GlLanczos::build() {
  const GlShader vertex = TRY(compile_shader(GL_VERTEX_SHADER, "", kFrameVert));
  const GlShader fragment = TRY(compile_shader(GL_FRAGMENT_SHADER, "", drawing(kLanczosDownFrag)));
  program_ = TRY(link_program(vertex, fragment));
  const auto uniform = [this](const char* name) {
    return glGetUniformLocation(program_.get(), name);
  };
  glUseProgram(program_.get());
  glUniform1i(uniform("rows"), GlPrograms::kPictureUnit);
  glUniform1i(uniform("kernel"), GlPrograms::kKernelUnit);
  glUniform1f(uniform("overshoot"), pixel::kLanczosOvershoot);
  target_ = TargetUniforms::of(program_.get());
  taps_ = uniform("taps");
  return {};
}

// Ten bits: the format beyond eight that every OpenGL ES 3.0 can draw into.
Result<void> GlLanczos::make_rows() {
  while (glGetError() != GL_NO_ERROR) {
  }
  rows_ = generate_texture();
  bind(GlPrograms::kPictureUnit, rows_);
  set_nearest();
  glTexStorage2D(GL_TEXTURE_2D, 1, GL_RGB10_A2, as_int(into_.width), as_int(picture_.height));
  if (const GLenum error = glGetError(); error != GL_NO_ERROR) {
    return fail(ErrorCode::OsCall, "glTexStorage2D", error);
  }
  if (!framebuffer_) framebuffer_ = generate_framebuffer();
  GLint bound = 0;
  glGetIntegerv(GL_DRAW_FRAMEBUFFER_BINDING, &bound);
  glBindFramebuffer(GL_DRAW_FRAMEBUFFER, framebuffer_.get());
  glFramebufferTexture2D(GL_DRAW_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, rows_.get(), 0);
  const GLenum status = glCheckFramebufferStatus(GL_DRAW_FRAMEBUFFER);
  glBindFramebuffer(GL_DRAW_FRAMEBUFFER, static_cast<GLuint>(bound));
  if (status != GL_FRAMEBUFFER_COMPLETE) return fail(ErrorCode::OsCall, "framebuffer", status);
  return {};
}

Result<void> GlLanczos::prepare(Size picture, Size into) {
  if (picture == picture_ && into == into_) return {};
  if (!program_) TRY(build());
  picture_ = picture;
  into_ = into;
  Result<void> made = make_rows();
  if (made) {
    across_.load(picture.width, into.width);
    down_.load(picture.height, into.height);
    const GLenum error = glGetError();
    if (error != GL_NO_ERROR) made = fail(ErrorCode::OsCall, "glTexImage2D", error);
  }
  if (!made) forget();
  return made;
}

void GlLanczos::forget() {
  picture_ = into_ = {};
  rows_.reset();
  across_.weights.reset();
  down_.weights.reset();
}

void GlLanczos::begin_across() {
  glGetIntegerv(GL_DRAW_FRAMEBUFFER_BINDING, &outer_);
  glBindFramebuffer(GL_DRAW_FRAMEBUFFER, framebuffer_.get());
  glViewport(0, 0, as_int(into_.width), as_int(picture_.height));
  bind(GlPrograms::kKernelUnit, across_.weights);
}

void GlLanczos::draw_down(const Rect& into, const Target& target) {
  glBindFramebuffer(GL_DRAW_FRAMEBUFFER, static_cast<GLuint>(outer_));
  bind(GlPrograms::kKernelUnit, down_.weights);
  bind(GlPrograms::kPictureUnit, rows_);
  glUseProgram(program_.get());
  target_.set(target, into);
  glUniform1i(taps_, down_.taps);
  glDrawArrays(GL_TRIANGLES, 0, 3);
}

}  // namespace pierglass::gfx
