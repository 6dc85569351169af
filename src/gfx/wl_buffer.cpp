// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/wl_buffer.hpp"

#include <linux-dmabuf-unstable-v1-client-protocol.h>

#include <utility>

namespace pierglass::gfx {

void BufferParamsTraits::close(Value params) noexcept {
  zwp_linux_buffer_params_v1_destroy(params);
}

void add_plane(zwp_linux_buffer_params_v1* params, std::uint32_t index, const MemoryPlane& plane,
               std::uint64_t modifier) {
  zwp_linux_buffer_params_v1_add(params, plane.fd, index, plane.offset, plane.pitch,
                                 static_cast<std::uint32_t>(modifier >> 32),
                                 static_cast<std::uint32_t>(modifier));
}

void BufferTransform::tell(wl_surface* surface, Transform transform) {
  if (std::exchange(told_, transform) == transform) return;
  wl_surface_set_buffer_transform(surface, std::to_underlying(transform));
}

}  // namespace pierglass::gfx
