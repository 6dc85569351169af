// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "base/geometry.hpp"
#include "base/result.hpp"
#include "pixel/image.hpp"
#include "pixel/slot_memory.hpp"

namespace pierglass::gfx {

// A buffer that the compositor can read. Destroying it while busy is allowed only together with
// its surface.
struct SinkBuffer {
  SinkBuffer() = default;
  SinkBuffer(const SinkBuffer&) = delete;
  SinkBuffer& operator=(const SinkBuffer&) = delete;
  virtual ~SinkBuffer() = default;

  pixel::Image image;  // Xrgb8888; the memory belongs to the buffer. Empty: the memory is a pool's
  bool busy = false;   // from commit() until the compositor's release
};

// Somebody else's memory, which the compositor can read. Its buffers may outlive it.
struct SinkPool {
  SinkPool() = default;
  SinkPool(const SinkPool&) = delete;
  SinkPool& operator=(const SinkPool&) = delete;
  virtual ~SinkPool() = default;

  // Xrgb8888, at `offset` bytes, `pitch` bytes a row. TooLarge when it does not lie inside.
  virtual Result<std::unique_ptr<SinkBuffer>> create_buffer(std::uint64_t offset,
                                                            std::uint32_t pitch, Size size) = 0;
};

// Where a software presenter's pictures go: what it needs of wl_shm and wl_surface, so that its
// bookkeeping can be tested without either.
class BufferSink {
 public:
  BufferSink() = default;
  BufferSink(const BufferSink&) = delete;
  BufferSink& operator=(const BufferSink&) = delete;
  virtual ~BufferSink() = default;

  // Its pixels are undefined. TooLarge or OsCall.
  virtual Result<std::unique_ptr<SinkBuffer>> create_buffer(Size size) = 0;

  // Over all of `memory` that a compositor takes. Unsupported: a device; OsCall. What else is wrong
  // with the memory the compositor tells, by ending the connection.
  virtual Result<std::unique_ptr<SinkPool>> create_pool(const pixel::SlotMemory& memory) = 0;

  // Shows the buffer, marking it busy; `damage` is in buffer pixels. Lost when the connection is.
  virtual Result<void> commit(SinkBuffer& buffer, std::span<const Rect> damage) = 0;
};

}  // namespace pierglass::gfx
