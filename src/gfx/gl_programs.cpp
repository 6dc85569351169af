// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/gl_programs.hpp"

#include <source_location>
#include <string>
#include <string_view>

#include "gfx/shaders.hpp"
#include "pixel/transfer.hpp"
#include "pixel/turn.hpp"

namespace pierglass::gfx {
namespace {

// The fragment shader's number for it.
std::size_t transfer_of(wire::ColourSpace space) {
  switch (space) {
    case wire::ColourSpace::Srgb:
      return 0;
    case wire::ColourSpace::ScrgbLinear:
      return 1;
    case wire::ColourSpace::Bt2020Pq:
      return 2;
  }
  die("colour space", std::source_location::current());
}

}  // namespace

Result<GlShader> compile_shader(GLenum kind, std::string_view conditions, std::string_view source) {
  GlShader shader(glCreateShader(kind));
  if (!shader) return fail(ErrorCode::OsCall, "glCreateShader", glGetError());
  const std::string text = std::string("#version 300 es\n").append(conditions).append(source);
  const GLchar* start = text.c_str();
  glShaderSource(shader.get(), 1, &start, nullptr);
  glCompileShader(shader.get());
  GLint compiled = GL_FALSE;
  glGetShaderiv(shader.get(), GL_COMPILE_STATUS, &compiled);
  if (compiled != GL_TRUE) return fail(ErrorCode::OsCall, "glCompileShader", kind);
  return shader;
}

Result<GlProgram> link_program(const GlShader& vertex, const GlShader& fragment) {
  GlProgram program(glCreateProgram());
  glAttachShader(program.get(), vertex.get());
  glAttachShader(program.get(), fragment.get());
  glLinkProgram(program.get());
  GLint linked = GL_FALSE;
  glGetProgramiv(program.get(), GL_LINK_STATUS, &linked);
  if (linked != GL_TRUE) return fail(ErrorCode::OsCall, "glLinkProgram");
  return program;
}

Result<void> GlPrograms::build(std::size_t family) {
  const GlShader vertex = TRY(compile_shader(GL_VERTEX_SHADER, "", kFrameVert));
  for (std::size_t which = family; which < family + kFamily; ++which) {
    const auto define = [](const char* name, std::size_t value) {
      return std::string("#define ") + name + ' ' + std::to_string(value) + '\n';
    };
    const auto condition = [&](const char* name, std::size_t bit) {
      return define(name, (which & bit) != 0 ? 1 : 0);
    };
    const std::string conditions = condition("EXACT", kExact) + condition("POINTER", kPointer) +
                                   condition("ROTATED", kRotated) +
                                   define("TRANSFER", which / kTransfer);
    const GlShader fragment = TRY(compile_shader(GL_FRAGMENT_SHADER, conditions, kFrameFrag));
    Program& program = programs_[which];
    program.name = TRY(link_program(vertex, fragment));
    const GLuint name = program.name.get();
    glUseProgram(name);
    glUniform1i(glGetUniformLocation(name, "picture"), kPictureUnit);
    glUniform1i(glGetUniformLocation(name, "pointer"), kPointerUnit);
    program.viewport = glGetUniformLocation(name, "viewport");
    program.pointer_box = glGetUniformLocation(name, "pointer_box");
    program.pointer_inverts = glGetUniformLocation(name, "pointer_inverts");
  }
  return {};
}

Result<std::size_t> GlPrograms::prepare(const pixel::PictureKind& kind) {
  const wire::ColourSpace space = pixel::space_of(kind.format, kind.colour);
  const bool rotated = kind.rotation != wire::Rotation::None;
  const std::size_t family = transfer_of(space) * kTransfer + (rotated ? kRotated : 0);
  if (!programs_[family + kFamily - 1].name) TRY(build(family));
  const pixel::Turn turn = pixel::turn_of(kind.size, kind.rotation);
  for (std::size_t which = family; which < family + kFamily; ++which) {
    const GLuint name = programs_[which].name.get();
    const auto set = [name](const char* uniform, Point value) {
      glUniform2i(glGetUniformLocation(name, uniform), value.x, value.y);
    };
    glUseProgram(name);
    set("turn_origin", turn.origin);
    set("turn_right", turn.right);
    set("turn_down", turn.down);
    glUniform1f(glGetUniformLocation(name, "full_scale"),
                static_cast<GLfloat>(pixel::full_scale(space, kind.colour)));
    glUniform1i(glGetUniformLocation(name, "compresses"), kind.colour.compress ? 1 : 0);
  }
  return family;
}

const GlPrograms::Program& GlPrograms::use(std::size_t which) const {
  glUseProgram(programs_[which].name.get());
  return programs_[which];
}

}  // namespace pierglass::gfx
