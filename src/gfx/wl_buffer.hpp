// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <wayland-client.h>

#include <cstdint>

#include "base/geometry.hpp"
#include "base/handle.hpp"
#include "gfx/buffer_sink.hpp"
#include "gfx/memory_plane.hpp"

struct zwp_linux_buffer_params_v1;

namespace pierglass::gfx {

struct WlBufferTraits {
  using Value = wl_buffer*;
  static constexpr Value invalid() { return nullptr; }
  static void close(Value buffer) noexcept { wl_buffer_destroy(buffer); }
};

// A question whether the compositor takes a dma-buf, as long as it is not answered.
struct BufferParamsTraits {
  using Value = zwp_linux_buffer_params_v1*;
  static constexpr Value invalid() { return nullptr; }
  static void close(Value params) noexcept;
};
void add_plane(zwp_linux_buffer_params_v1* params, std::uint32_t index, const MemoryPlane& plane,
               std::uint64_t modifier);

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
