// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <wayland-client.h>

#include "base/geometry.hpp"
#include "base/handle.hpp"
#include "gfx/buffer_sink.hpp"

namespace pierglass::gfx {

struct WlBufferTraits {
  using Value = wl_buffer*;
  static constexpr Value invalid() { return nullptr; }
  static void close(Value buffer) noexcept { wl_buffer_destroy(buffer); }
};

// How buffers stand turned in the surface that they are attached to, told when it changes.
class BufferTransform {
 public:
  // Goes with the next commit, whoever makes that.
  void tell(wl_surface* surface, Transform transform);

 private:
  Transform told_ = Transform::Normal;
};

// What is attached to a surface, whatever its memory is.
struct WlSinkBuffer : SinkBuffer {
  Handle<WlBufferTraits> buffer;
};

}  // namespace pierglass::gfx
