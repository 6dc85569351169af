// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/picture_check.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <span>
#include <string>
#include <utility>

#include "gfx/gl_programs.hpp"
#include "gfx/shaders.hpp"
#include "wire/format.hpp"

namespace pierglass::gfx {
namespace {

using Sample = PictureCheck::Sample;
using Samples = PictureCheck::Samples;

template <typename Word>
Word word_at(const std::byte* bytes) {
  Word word;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

float from_half(std::uint16_t half) {
  const int exponent = half >> 10 & 31;
  const int fraction = half & 1023;
  float value = 0;
  if (exponent == 0) {
    value = std::ldexp(static_cast<float>(fraction), -24);
  } else if (exponent == 31) {
    value = fraction == 0 ? INFINITY : NAN;
  } else {
    value = std::ldexp(static_cast<float>(fraction + 1024), exponent - 25);
  }
  return (half & 0x8000) != 0 ? -value : value;
}

float part(std::uint32_t word, int shift, std::uint32_t largest) {
  return static_cast<float>(word >> shift & largest) / static_cast<float>(largest);
}

// As a texture gives it.
Sample sample_of(const std::byte* at, wire::PixelFormat format) {
  if (format == wire::PixelFormat::Xbgr16161616f) {
    const auto halves = word_at<std::array<std::uint16_t, 3>>(at);
    return {from_half(halves[0]), from_half(halves[1]), from_half(halves[2])};
  }
  const auto word = word_at<std::uint32_t>(at);
  if (format == wire::PixelFormat::Xbgr2101010) {
    return {part(word, 0, 1023), part(word, 10, 1023), part(word, 20, 1023)};
  }
  const Sample bgr = {part(word, 0, 255), part(word, 8, 255), part(word, 16, 255)};
  if (format == wire::PixelFormat::Xbgr8888) return bgr;
  return {bgr[2], bgr[1], bgr[0]};
}

// Both from the same bits, as exactly as drivers have them.
bool same_sample(const Sample& one, const Sample& other) {
  constexpr float kTolerance = 1.0F / 4096;
  return std::ranges::equal(one, other, [](float a, float b) {
    if (a == b || (std::isnan(a) && std::isnan(b))) return true;
    return std::abs(a - b) <= kTolerance * std::max(1.0F, std::abs(a));
  });
}

// x and y, in turn.
std::vector<GLint> points_of(Size size) {
  constexpr std::uint32_t kStride = 37;  // of columns: neighbours are far apart
  constexpr std::uint32_t kLast = PictureCheck::kPoints - 1;
  std::vector<GLint> points;
  for (std::uint32_t i = 0; i <= kLast; ++i) {
    const std::uint64_t column = i == kLast ? kLast : std::uint64_t{i} * kStride % kLast;
    points.push_back(static_cast<GLint>(column * (size.width - 1) / kLast));
    points.push_back(static_cast<GLint>(std::uint64_t{i} * (size.height - 1) / kLast));
  }
  return points;
}

Samples read(const pixel::ConstImage& picture, const std::vector<GLint>& points) {
  Samples samples;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const auto x = static_cast<std::size_t>(points[2 * i]);
    const std::byte* row = picture.row(static_cast<std::uint32_t>(points[2 * i + 1]));
    samples[i] = sample_of(row + x * wire::bytes_per_pixel(picture.format), picture.format);
  }
  return samples;
}

// Whether a quarter of the picture could as well be another place of one colour.
bool plain_somewhere(std::span<const Sample> samples) {
  const std::size_t part = samples.size() / 4;
  for (std::size_t from = 0; from + part <= samples.size(); from += part) {
    const auto quarter = samples.subspan(from, part);
    if (std::ranges::all_of(quarter, [&](const Sample& s) { return same_sample(s, quarter[0]); }))
      return true;
  }
  return false;
}

}  // namespace

Result<PictureCheck::Look> PictureCheck::compare(GLuint texture, const pixel::ConstImage& picture) {
  if (!program_) TRY(build());
  const std::vector<GLint> points = points_of(picture.size);
  const Samples before = read(picture, points);
  const Samples drawn = TRY(draw(texture, points));
  const Samples after = read(picture, points);
  bool wrote = false;
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (!same_sample(before[i], after[i])) {
      wrote = true;
    } else if (!same_sample(before[i], drawn[i])) {
      return Look{Verdict::Different, before};
    }
  }
  const bool untold = wrote || plain_somewhere(before);
  return Look{untold ? Verdict::Untold : Verdict::Same, before};
}

PictureCheck::Samples PictureCheck::samples_of(const pixel::ConstImage& picture) {
  return read(picture, points_of(picture.size));
}

bool PictureCheck::same(const Samples& one, const Samples& other) {
  return std::ranges::equal(one, other, same_sample);
}

Result<void> PictureCheck::build() {
  const std::string count = "#define POINTS " + std::to_string(kPoints) + "\n";
  const GlShader vertex = TRY(compile_shader(GL_VERTEX_SHADER, "", kFrameVert));
  const GlShader fragment = TRY(compile_shader(GL_FRAGMENT_SHADER, count, kPointsFrag));
  GlProgram program = TRY(link_program(vertex, fragment));
  glUseProgram(program.get());
  glUniform1i(glGetUniformLocation(program.get(), "picture"), GlPrograms::kPictureUnit);
  target_ = generate_texture();
  glActiveTexture(GL_TEXTURE0 + GlPrograms::kPictureUnit);
  glBindTexture(GL_TEXTURE_2D, target_.get());
  glTexStorage2D(GL_TEXTURE_2D, 1, GL_RGBA32UI, kPoints, 1);
  framebuffer_ = generate_framebuffer();
  program_ = std::move(program);
  return {};
}

Result<PictureCheck::Samples> PictureCheck::draw(GLuint texture, const std::vector<GLint>& points) {
  while (glGetError() != GL_NO_ERROR) {
  }
  GLint window = 0;
  glGetIntegerv(GL_DRAW_FRAMEBUFFER_BINDING, &window);
  glBindFramebuffer(GL_FRAMEBUFFER, framebuffer_.get());
  glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, target_.get(), 0);
  glViewport(0, 0, kPoints, 1);
  glActiveTexture(GL_TEXTURE0 + GlPrograms::kPictureUnit);
  glBindTexture(GL_TEXTURE_2D, texture);
  glUseProgram(program_.get());
  glUniform2iv(glGetUniformLocation(program_.get(), "points"), kPoints, points.data());
  glDrawArrays(GL_TRIANGLES, 0, 3);
  std::array<std::array<GLuint, 4>, kPoints> bits{};
  glReadPixels(0, 0, kPoints, 1, GL_RGBA_INTEGER, GL_UNSIGNED_INT, bits.data());
  glBindFramebuffer(GL_FRAMEBUFFER, static_cast<GLuint>(window));
  if (const GLenum error = glGetError(); error != GL_NO_ERROR) {
    return fail(ErrorCode::OsCall, "reading an imported picture", error);
  }
  Samples samples;
  std::ranges::transform(bits, samples.begin(), [](const std::array<GLuint, 4>& one) {
    return Sample{std::bit_cast<float>(one[0]), std::bit_cast<float>(one[1]),
                  std::bit_cast<float>(one[2])};
  });
  return samples;
}

}  // namespace pierglass::gfx
