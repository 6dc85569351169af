// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <expected>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "gfx/dmabuf_question.hpp"
#include "gfx/output_memory.hpp"

struct wl_display;

namespace pierglass::gfx {

// Whether GL draws into a buffer of that size what it is told to: two colours, each read back from
// where it was drawn, which waits for the GPU.
bool draws_right(const OutputBuffer& buffer, Size size);

// Whether output buffers can be had in some way, tried with a small one: GL draws into it, and the
// compositor is asked to take it. That is waited for, as drivers wait when they start, but not for
// ever.
struct OutputProbe {
  wl_display* connection = nullptr;
  DmabufDesk desk;
  OutputMemory* memory = nullptr;
  HostTime deadline;  // for all answers

  // The buffer that was tried; else why not, as a sentence without a full stop.
  [[nodiscard]] std::expected<std::unique_ptr<OutputBuffer>, std::string> run(
      const BufferWish& wish) const;
};

}  // namespace pierglass::gfx
