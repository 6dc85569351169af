// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/gl_programs.hpp"

#include <source_location>
#include <string>
#include <string_view>
#include <utility>

#include "gfx/shaders.hpp"
#include "pixel/lanczos_kernel.hpp"
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

std::string_view main_of(pixel::Sampling sampling) {
  switch (sampling) {
    case pixel::Sampling::Copy:
      return kCopyFrag;
    case pixel::Sampling::Nearest:
      return kNearestFrag;
    case pixel::Sampling::Bilinear:
      return kBilinearFrag;
    case pixel::Sampling::Sharp:
      return kSharpFrag;
    case pixel::Sampling::Lanczos:
      return kLanczosAcrossFrag;
  }
  die("sampling", std::source_location::current());
}

std::string define(const char* name, std::size_t value) {
  return std::string("#define ") + name + ' ' + std::to_string(value) + '\n';
}

Result<GlPrograms::Program> build(const GlShader& vertex, const std::string& conditions,
                                  pixel::Sampling sampling) {
  const std::string source = drawing(kFrameFrag).append(main_of(sampling));
  const GlShader fragment = TRY(compile_shader(GL_FRAGMENT_SHADER, conditions, source));
  GlPrograms::Program program;
  program.name = TRY(link_program(vertex, fragment));
  const GLuint name = program.name.get();
  const auto uniform = [name](const char* text) { return glGetUniformLocation(name, text); };
  glUseProgram(name);
  glUniform1i(uniform("picture"), GlPrograms::kPictureUnit);
  glUniform1i(uniform("pointer"), GlPrograms::kPointerUnit);
  glUniform1i(uniform("kernel"), GlPrograms::kKernelUnit);
  glUniform1f(uniform("overshoot"), pixel::kLanczosOvershoot);
  program.target = TargetUniforms::of(name);
  program.pointer_box = uniform("pointer_box");
  program.pointer_inverts = uniform("pointer_inverts");
  program.taps = uniform("taps");
  return program;
}

// What is the same for every draw of such pictures.
void tell_kind(const GlPrograms::Program& program, const pixel::PictureKind& kind) {
  const GLuint name = program.name.get();
  const auto set = [name](const char* uniform, Point value) {
    glUniform2i(glGetUniformLocation(name, uniform), value.x, value.y);
  };
  const pixel::Turn turn = pixel::turn_of(kind.size, kind.rotation);
  const wire::ColourSpace space = pixel::space_of(kind.format, kind.colour);
  glUseProgram(name);
  set("turn_origin", turn.origin);
  set("turn_right", turn.right);
  set("turn_down", turn.down);
  glUniform1f(glGetUniformLocation(name, "full_scale"),
              static_cast<GLfloat>(pixel::full_scale(space, kind.colour)));
  glUniform1i(glGetUniformLocation(name, "compresses"), kind.colour.compress ? 1 : 0);
}

}  // namespace

std::string drawing(std::string_view source) {
  return std::string(kTargetFrag).append(source);
}

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

Result<const GlPrograms::Pair*> GlPrograms::prepare(const pixel::PictureKind& kind,
                                                    pixel::Sampling sampling) {
  const std::size_t transfer = transfer_of(pixel::space_of(kind.format, kind.colour));
  const std::size_t rotated = kind.rotation != wire::Rotation::None ? 1 : 0;
  Pair& pair = pairs_[2 * transfer + rotated][std::to_underlying(sampling)];
  if (!pair.with_pointer.name) {
    const GlShader vertex = TRY(compile_shader(GL_VERTEX_SHADER, "", kFrameVert));
    const std::string family = define("ROTATED", rotated) + define("TRANSFER", transfer);
    pair.bare = TRY(build(vertex, family + define("POINTER", 0), sampling));
    pair.with_pointer = TRY(build(vertex, family + define("POINTER", 1), sampling));
  }
  tell_kind(pair.bare, kind);
  tell_kind(pair.with_pointer, kind);
  return &pair;
}

}  // namespace pierglass::gfx
