// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <memory>

#include "gfx/buffer_sink.hpp"
#include "gfx/create_presenter.hpp"

namespace pierglass::gfx {

// wl_shm buffers, each in a sealed memfd of its own. A buffer becomes free when its release event
// is dispatched on the queue of native.shm.
std::unique_ptr<BufferSink> make_shm_sink(const NativeSurface& native);

}  // namespace pierglass::gfx
