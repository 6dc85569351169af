// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <utility>

#include "base/geometry.hpp"
#include "base/handle.hpp"
#include "base/result.hpp"
#include "gfx/memory_plane.hpp"
#include "gfx/wl_buffer.hpp"

struct zwp_linux_buffer_params_v1;
struct zwp_linux_dmabuf_v1;

namespace pierglass::gfx {

struct BufferParamsTraits {
  using Value = zwp_linux_buffer_params_v1*;
  static constexpr Value invalid() { return nullptr; }
  static void close(Value params) noexcept;
};

// A question to the compositor whether it takes a dma-buf as a buffer. Never asked in the way that
// ends the connection when it does not.
class DmabufQuestion {
 public:
  // A picture in dma-bufs, which are borrowed for the asking.
  struct Picture {
    Size size;
    std::uint32_t fourcc = 0;  // DRM_FORMAT_*
    std::uint64_t modifier = 0;
    std::span<const MemoryPlane> planes;
  };
  // Hears the answer once, on the queue of the factory: a buffer, or none for good.
  using Answered = std::move_only_function<void(Handle<WlBufferTraits>)>;

  explicit DmabufQuestion(Answered answered) : answered_(std::move(answered)) {}
  DmabufQuestion(const DmabufQuestion&) = delete;
  DmabufQuestion& operator=(const DmabufQuestion&) = delete;

  // Once. OsCall: nobody was asked.
  Result<void> ask(zwp_linux_dmabuf_v1* factory, const Picture& picture);

  // For the listener.
  void on_answer(wl_buffer* buffer) noexcept;

 private:
  Handle<BufferParamsTraits> params_;  // while there is no answer
  Answered answered_;
};

}  // namespace pierglass::gfx
