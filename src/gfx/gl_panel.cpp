// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/gl_panel.hpp"

#include "gfx/gl_programs.hpp"
#include "gfx/shaders.hpp"

namespace pierglass::gfx {
GLint GlPanel::uniform(const char* name) const {
  return glGetUniformLocation(program_.get(), name);
}

Result<void> GlPanel::build() {
  const GlShader vertex = TRY(compile_shader(GL_VERTEX_SHADER, "", kFrameVert));
  const GlShader fragment = TRY(compile_shader(GL_FRAGMENT_SHADER, "", drawing(kPanelFrag)));
  program_ = TRY(link_program(vertex, fragment));
  target_ = TargetUniforms::of(program_.get());
  glUseProgram(program_.get());
  glUniform1i(uniform("panel"), GlPrograms::kPictureUnit);
  glUniform1i(uniform("pointer"), GlPrograms::kPointerUnit);
  glUniform1f(uniform("box_alpha"), static_cast<GLfloat>(Panel::kBoxAlpha) / 255);
  glUniform1i(uniform("pointer_alpha"), as_int(Panel::kPointerAlpha));
  return {};
}

void GlPanel::load() {
  const Rect& box = panel_.into();
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
  glTexImage2D(GL_TEXTURE_2D, 0, GL_R8, as_int(box.width), as_int(box.height), 0, GL_RED,
               GL_UNSIGNED_BYTE, panel_.coverage().data());
  loaded_ = panel_.version();
}

void GlPanel::tell_pointer(const PlacedPointer& pointer) const {
  const Rect& into = pointer.into;
  glUniform4i(uniform("into"), as_int(into.x), as_int(into.y), as_int(into.width),
              as_int(into.height));
  glUniform2i(uniform("upright"), as_int(pointer.picture.width), as_int(pointer.picture.height));
  if (pointer.reach().empty()) {
    glUniform4i(uniform("pointer_box"), 0, 0, 0, 0);
    return;
  }
  const pixel::CursorImage& image = *pointer.cursor.image;
  const Point at = pointer.cursor.position;
  glUniform4i(uniform("pointer_box"), at.x - image.hot.x, at.y - image.hot.y,
              as_int(image.size.width), as_int(image.size.height));
  glUniform1i(uniform("pointer_inverts"), image.invert.empty() ? 0 : 1);
}

void GlPanel::draw(const Target& target, const PlacedPointer& pointer) {
  panel_.fit(target.size);
  const Rect& box = panel_.into();
  if (box.empty() || refused_) return;
  if (!program_) refused_ = !build();
  if (refused_) return;
  if (!texture_) texture_ = generate_texture();
  glActiveTexture(GL_TEXTURE0 + GlPrograms::kPictureUnit);
  glBindTexture(GL_TEXTURE_2D, texture_.get());
  if (loaded_ != panel_.version()) load();
  glUseProgram(program_.get());
  glUniform2i(uniform("box"), as_int(box.x), as_int(box.y));
  target_.set(target, box);
  tell_pointer(pointer);
  set_viewport(target, box);
  glEnable(GL_BLEND);
  glBlendFunc(GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
  glDrawArrays(GL_TRIANGLES, 0, 3);
  glDisable(GL_BLEND);
}

}  // namespace pierglass::gfx
