// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <expected>
#include <memory>
#include <string>

#include "gfx/create_presenter.hpp"
#include "gfx/gl_device.hpp"
#include "gfx/gl_output.hpp"

namespace pierglass::gfx {

// Whether the user wants another GPU than the one that the compositor draws with.
bool wants_other_gpu(const NativeSurface& native);

struct OwnOutput {
  std::unique_ptr<GlOutput> output;
  std::string gpu;  // whose buffers they are, and why
};

// Output buffers of our own for what `device` draws, after trying them; its context is current
// then. Else why not, as a sentence without a full stop.
std::expected<OwnOutput, std::string> make_own_output(const NativeSurface& native,
                                                      const GlDevice& device);

}  // namespace pierglass::gfx
