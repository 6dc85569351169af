// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "base/geometry.hpp"
#include "base/result.hpp"
#include "gfx/buffer_sink.hpp"
#include "gfx/dmabuf_question.hpp"
#include "pixel/slot_memory.hpp"

namespace pierglass::gfx {

// A picture of Xrgb8888 in a dma-buf.
struct SlotPicture {
  pixel::DmaBufPlace place;
  std::uint64_t modifier = 0;
  std::uint32_t pitch = 0;  // bytes a row
  Size size;
};

// Whether every GPU can read such rows. Unsupported: the pitch is not the width in whole steps of
// 256 bytes; TooLarge: more than the dma-buf holds, or that a buffer can say; OsCall.
Result<void> check_slot_picture(const SlotPicture& picture);

// Asks the compositor for a buffer over a picture that was checked. Asked at first; then Ready, or
// Refused, of which `refused` hears once. What reads it is the compositor until its release, and
// whoever the kernel knows to read the dma-buf after that. The events come on the queue of
// the desk's factory. OsCall.
Result<std::unique_ptr<SinkBuffer>> ask_for_slot_buffer(const DmabufDesk& desk,
                                                        const SlotPicture& picture,
                                                        std::move_only_function<void()> refused);

}  // namespace pierglass::gfx
