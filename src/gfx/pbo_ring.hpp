// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/result.hpp"
#include "gfx/gl_handles.hpp"

namespace pierglass::gfx {

// How pixel buffers are written.
enum class PboMode : std::uint8_t {
  Persistent,        // mapped once; where the driver likes, such as in the GPU's own memory
  PersistentClient,  // mapped once, with GL_CLIENT_STORAGE_BIT_EXT: in the machine's memory
  Unsynchronised,    // mapped anew each time: works everywhere
};

// Those that the current context may have, the last resort last: the persistent ones need
// GL_EXT_buffer_storage, and the driver may still refuse to make them.
std::span<const PboMode> pbo_modes();

// Three pixel buffers of one size, used in turn, each guarded by a fence: the CPU fills one while
// the GPU may still read the two before it. Uploads into different parts, such as the bands of one
// frame, share a buffer. Its context is current whenever it is used or dies.
class PboRing {
 public:
  static constexpr std::size_t kBuffers = 3;

  // Unsupported for a persistent mode without the extension; OsCall when memory runs out.
  static Result<PboRing> create(PboMode mode, std::size_t bytes);

  // Memory for bytes [first, first + count) of a buffer, write-only and possibly uncached: write
  // ascending, read nothing. It is the buffer of the last time, unless what was written there since
  // its turn began meets these bytes. Waits for the GPU if it still reads a buffer whose turn it is
  // again; Busy when that takes too long.
  Result<std::byte*> begin_write(std::size_t first, std::size_t count);

  // The bytes are in. Leaves the buffer bound to GL_PIXEL_UNPACK_BUFFER, whose offset 0 is byte 0.
  Result<void> end_write();

  // All commands that read the buffer have been issued; unbinds it.
  void end_read();

  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  struct Buffer {
    GlBuffer name;
    GlFence last_read;
    std::byte* mapping = nullptr;  // of a persistent one: for the buffer's life
  };

  PboRing(PboMode mode, std::size_t bytes) : mode_(mode), bytes_(bytes) {}
  Result<void> allocate(Buffer& buffer);
  Result<void> start_turn();

  PboMode mode_;
  std::size_t bytes_;
  std::array<Buffer, kBuffers> buffers_;
  std::size_t current_ = 0;
  // Written in the current buffer since its turn began: [used_first_, used_end_) covers it.
  std::size_t used_first_ = 0;
  std::size_t used_end_ = 0;
};

}  // namespace pierglass::gfx
