// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <memory>
#include <span>

#include "base/geometry.hpp"
#include "base/result.hpp"
#include "pixel/image.hpp"

namespace pierglass::gfx {

// A buffer that the compositor can read. Destroying it while busy is allowed only together with
// its surface.
struct SinkBuffer {
  SinkBuffer() = default;
  SinkBuffer(const SinkBuffer&) = delete;
  SinkBuffer& operator=(const SinkBuffer&) = delete;
  virtual ~SinkBuffer() = default;

  pixel::Image image;  // Xrgb8888; the memory belongs to the buffer
  bool busy = false;   // from commit() until the compositor's release
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

  // Shows the buffer, marking it busy; `damage` is in buffer pixels. Lost when the connection is.
  virtual Result<void> commit(SinkBuffer& buffer, std::span<const Rect> damage) = 0;
};

}  // namespace pierglass::gfx
