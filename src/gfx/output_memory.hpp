// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <GLES3/gl3.h>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/fd.hpp"
#include "base/geometry.hpp"
#include "base/result.hpp"
#include "gfx/buffer_wishes.hpp"
#include "gfx/egl_image.hpp"

namespace pierglass::gfx {

// Memory of one picture, Xrgb8888, that GL draws into and others read as dma-bufs; its first row is
// the topmost.
class OutputBuffer {
 public:
  OutputBuffer() = default;
  OutputBuffer(const OutputBuffer&) = delete;
  OutputBuffer& operator=(const OutputBuffer&) = delete;
  virtual ~OutputBuffer() = default;

  [[nodiscard]] virtual GLuint framebuffer() const = 0;
  [[nodiscard]] virtual std::uint64_t modifier() const = 0;
  [[nodiscard]] virtual std::span<const MemoryPlane> planes() const = 0;  // one at least
};

// The driver's side of output buffers; narrow, so that tests can stand in for one. The context is
// current whenever it, or a buffer of it, is made, used or ended.
class OutputMemory {
 public:
  OutputMemory() = default;
  OutputMemory(const OutputMemory&) = delete;
  OutputMemory& operator=(const OutputMemory&) = delete;
  virtual ~OutputMemory() = default;

  // What GL can draw into, as far as the driver says so.
  [[nodiscard]] virtual std::span<const std::uint64_t> drawable() const = 0;

  // Unsupported or OsCall; has left GL without an error.
  virtual Result<std::unique_ptr<OutputBuffer>> allocate(Size size, const BufferWish& wish) = 0;

  // Whether the kernel makes those who draw into a buffer wait for those who read it.
  [[nodiscard]] virtual bool leaves_fences() const = 0;

  // Whether there are fences for fence().
  [[nodiscard]] virtual bool has_fences() const = 0;
  // A sync file that is signalled when what was drawn until now is finished. OsCall.
  virtual Result<Fd> fence() = 0;

  // Without such a fence, after the last draw into a buffer: from now on it may be handed over, and
  // whoever reads it gets the finished picture, by the kernel's fences, or because this waited.
  // OsCall.
  virtual Result<void> finish(OutputBuffer& buffer) = 0;
};

}  // namespace pierglass::gfx
