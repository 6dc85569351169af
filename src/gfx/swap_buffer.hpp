// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <memory>

#include "base/geometry.hpp"
#include "gfx/dmabuf_question.hpp"
#include "gfx/explicit_sync.hpp"
#include "gfx/output_memory.hpp"
#include "gfx/wl_buffer.hpp"

struct wl_surface;

namespace pierglass::gfx {

// One output buffer and what the compositor does with it. It hears of that on the queue of the
// factory.
class SwapBuffer {
 public:
  enum class State : std::uint8_t {
    Asked,    // the compositor has not said yet whether it takes it
    Free,     // may be drawn into and committed
    Busy,     // committed and not released
    Refused,  // for good
  };

  // Asks the compositor to take it, never in the way that ends the connection when it cannot.
  // `synced`: its timeline, by which it is committed and released; null: releases are events.
  SwapBuffer(const DmabufDesk& desk, Size size, std::unique_ptr<OutputBuffer> memory,
             std::unique_ptr<SyncedBuffer> synced = nullptr);
  SwapBuffer(const SwapBuffer&) = delete;
  SwapBuffer& operator=(const SwapBuffer&) = delete;
  ~SwapBuffer() = default;

  [[nodiscard]] State state() const { return state_; }
  // Brings state() up to date where releases are no events.
  void look();
  // Null: releases are events.
  [[nodiscard]] SyncedBuffer* synced() { return synced_.get(); }
  [[nodiscard]] OutputBuffer& memory() { return *memory_; }
  // Of no use to the compositor any more after that.
  [[nodiscard]] std::unique_ptr<OutputBuffer> take_memory() { return std::move(memory_); }

  // Attaches it with full damage; the commit is the caller's. Free before, Busy afterwards.
  void attach(wl_surface* surface);

  // For the listener.
  void on_release() noexcept;

 private:
  void on_answer(Handle<WlBufferTraits> buffer);

  std::unique_ptr<OutputBuffer> memory_;
  std::unique_ptr<SyncedBuffer> synced_;
  Size size_;
  DmabufQuestion question_;
  Handle<WlBufferTraits> buffer_;
  State state_ = State::Asked;
};

}  // namespace pierglass::gfx
