// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <GLES3/gl3.h>

#include <string>

#include "base/clock.hpp"
#include "base/geometry.hpp"
#include "base/result.hpp"
#include "gfx/gl_pass.hpp"
#include "gfx/gpu_trial.hpp"
#include "pixel/image.hpp"
#include "pixel/trial.hpp"

namespace pierglass::gfx {

// What a whole frame takes when the GPU samples it where it lies, which may be across a bus, and
// when it is brought to the GPU first.
struct ImportTrial {
  Nanoseconds sampled{};
  Nanoseconds uploaded{};  // zero: not tried, because sampling took longer than `sampled`

  [[nodiscard]] bool worth_it() const { return pixel::as_quick(sampled, uploaded); }
};

// "pictures sampled where they lie 0.52 ms a frame (uploaded 1.90 ms)"
std::string describe(const ImportTrial& trial);

// Times both with a picture and a texture over it, drawn into a window of the picture's size that
// nobody sees; what they take in another one differs by as much for both. The pass has the picture
// then. Errors: a GPU that takes too long for uploads, or that refuses one of both.
Result<ImportTrial> time_import(GlPass& pass, const pixel::ConstImage& picture, GLuint texture,
                                const TrialLimits& limits);

}  // namespace pierglass::gfx
