// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <memory>

#include "gfx/buffer_sink.hpp"
#include "gfx/dmabuf_offers.hpp"

namespace pierglass::gfx {

// As `shm`, but a pool over the guest's memory is made of the slots' dma-bufs where those can be
// had and the compositor takes them, so that a screen may show a slot itself. What the compositor
// refuses once is off for that mapping. Else it is a pool of `shm`, in memory that cannot shrink.
// `offers` outlives it.
std::unique_ptr<BufferSink> make_scanout_sink(std::unique_ptr<BufferSink> shm,
                                              const DmabufOffers& offers);

}  // namespace pierglass::gfx
