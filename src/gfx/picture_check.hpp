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

  struct Look {
    Verdict verdict;
    std::uint64_t fingerprint;  // of what was compared
  };

  // Draws into a framebuffer of its own and waits for the GPU. `picture` may change while it is
  // read. The texture, bound to the pictures' unit then, has its size, and red in red. OsCall: the
  // driver refuses.
  Result<Look> compare(GLuint texture, const pixel::ConstImage& picture);

  // Of the points that compare() would look at: another one, another picture. Asks no GPU.
  static std::uint64_t fingerprint(const pixel::ConstImage& picture);

 private:
  using Sample = std::array<float, 3>;  // red, green, blue

  Result<void> build();
  Result<std::vector<Sample>> draw(GLuint texture, const std::vector<GLint>& points);

  GlProgram program_;  // none: not needed yet
  GlTexture target_;
  GlFramebuffer framebuffer_;
};

}  // namespace pierglass::gfx
