// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <wayland-client.h>

#include "base/handle.hpp"
#include "gfx/buffer_sink.hpp"

namespace pierglass::gfx {

struct WlBufferTraits {
  using Value = wl_buffer*;
  static constexpr Value invalid() { return nullptr; }
  static void close(Value buffer) noexcept { wl_buffer_destroy(buffer); }
};

// What is attached to a surface, whatever its memory is.
struct WlSinkBuffer : SinkBuffer {
  Handle<WlBufferTraits> buffer;
};

}  // namespace pierglass::gfx
