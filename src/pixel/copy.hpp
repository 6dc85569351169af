// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
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

// Copies the rectangles' pixels between images of one format with stream_copy, and writes nothing
// else; in one run where rows are full and without padding in both. Rectangles must lie inside both
// images. Returns the bytes written. Ends with store_fence().
std::size_t copy_rects(const Image& to, const ConstImage& from, std::span<const Rect> rects);

}  // namespace pierglass::pixel
