// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/geometry.hpp"
#include "pixel/image.hpp"

namespace pierglass::pixel {

// Copies `bytes` bytes with non-temporal stores: for destinations that this CPU will not read back
// soon (a slot in shared memory, a write-combined GPU buffer). Ranges must not overlap. Call
// store_fence() before telling anyone that the bytes are there.
void stream_copy(std::byte* to, const std::byte* from, std::size_t bytes);

// The plain reference that stream_copy is tested against.
void scalar_copy(std::byte* to, const std::byte* from, std::size_t bytes);

// Orders earlier non-temporal stores before later stores, of this thread.
void store_fence();

enum class Stores : std::uint8_t {
  Streaming,  // stream_copy
  Plain,      // memcpy: where what reads the bytes next shares this CPU's caches
};

const char* name(Stores stores);  // "streaming stores", for people

// Copies the rectangles' pixels between images of one format, and writes nothing else; in one run
// where rows are full and without padding in both. Rectangles must lie inside both images. Returns
// the bytes written. Ends with store_fence().
std::size_t copy_rects(const Image& to, const ConstImage& from, std::span<const Rect> rects,
                       Stores stores = Stores::Streaming);

}  // namespace pierglass::pixel
