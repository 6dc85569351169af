// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/wl_buffer.hpp"

#include <utility>

namespace pierglass::gfx {

void BufferTransform::tell(wl_surface* surface, Transform transform) {
  if (std::exchange(told_, transform) == transform) return;
  wl_surface_set_buffer_transform(surface, std::to_underlying(transform));
}

}  // namespace pierglass::gfx
