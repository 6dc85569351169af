// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "base/geometry.hpp"
#include "base/result.hpp"
#include "gfx/presenter.hpp"
#include "pixel/image.hpp"
#include "pixel/slot_memory.hpp"

namespace pierglass::gfx {

// A buffer that the compositor can read. Destroying it while it is read or asked for is allowed
// only together with its surface.
struct SinkBuffer {
  enum class State : std::uint8_t {
    Ready,
    Asked,    // the compositor has not said yet whether it takes it; not to be committed
    Refused,  // for good; not to be committed
  };
  SinkBuffer() = default;
  SinkBuffer(const SinkBuffer&) = delete;
  SinkBuffer& operator=(const SinkBuffer&) = delete;
  virtual ~SinkBuffer() = default;

  pixel::Image image;  // Xrgb8888; the memory belongs to the buffer. Empty: the memory is a pool's
  bool busy = false;   // from commit() until the compositor's release
  State state = State::Ready;
  Transform transform = Transform::Normal;  // how its pixels stand turned in the window

  // Whether what was committed may still be read; may be so a while longer than busy. Cheap.
  [[nodiscard]] virtual bool being_read() const { return busy; }
  // A file that poll() calls writable once being_read() ends, where the compositor's release does
  // not tell; else -1.
  [[nodiscard]] virtual int awaited() const { return -1; }
};

// Somebody else's memory, which the compositor can read. Its buffers may outlive it.
struct SinkPool {
  SinkPool() = default;
  SinkPool(const SinkPool&) = delete;
  SinkPool& operator=(const SinkPool&) = delete;
  virtual ~SinkPool() = default;

  // Xrgb8888, at `memory`, which is of the same mapping, `pitch` bytes a row. TooLarge when it does
  // not lie inside; Unsupported, OsCall.
  virtual Result<std::unique_ptr<SinkBuffer>> create_buffer(const pixel::SlotMemory& memory,
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

  // Changes when pools made before are to be made anew, because other ones are to be had now.
  [[nodiscard]] virtual std::uint64_t pools_serial() { return 0; }

  // How buffers of the newest pool are read: Pool or DmaBuf.
  [[nodiscard]] virtual Borrowing borrowing() const { return {}; }

  // Shows the buffer, marking it busy; `damage` is in buffer pixels. Lost when the connection is.
  virtual Result<void> commit(SinkBuffer& buffer, std::span<const Rect> damage) = 0;
};

}  // namespace pierglass::gfx
