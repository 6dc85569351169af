// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <GLES3/gl3.h>

#include <array>
#include <cstdint>
#include <vector>

#include "base/result.hpp"
#include "gfx/gl_handles.hpp"
#include "pixel/image.hpp"

namespace pierglass::gfx {

// Whether a texture shows what the processor reads: there are drivers that import memory without a
// word and show other pages of it. One context is current whenever it is used or dies.
class PictureCheck {
 public:
  // From the first pixel to the last one, spread over all rows.
  static constexpr std::uint32_t kPoints = 64;

  enum class Verdict : std::uint8_t {
    Same,
    Different,
    Untold,  // one colour in a quarter, or the guest wrote meanwhile: look again at another picture
  };

  using Sample = std::array<float, 3>;  // red, green, blue
  using Samples = std::array<Sample, kPoints>;
  struct Look {
    Verdict verdict;
    Samples samples;  // that the processor read
  };

  // Draws into a framebuffer of its own and waits for the GPU. `picture` may change while it is
  // read. The texture, bound to the pictures' unit then, has its size, and red in red. OsCall: the
  // driver refuses.
  Result<Look> compare(GLuint texture, const pixel::ConstImage& picture);

  // What compare() would look at. Asks no GPU.
  static Samples samples_of(const pixel::ConstImage& picture);
  // Whether compare() could tell the two apart.
  static bool same(const Samples& one, const Samples& other);

 private:
  Result<void> build();
  Result<Samples> draw(GLuint texture, const std::vector<GLint>& points);

  GlProgram program_;  // none: not needed yet
  GlTexture target_;
  GlFramebuffer framebuffer_;
};

}  // namespace pierglass::gfx
