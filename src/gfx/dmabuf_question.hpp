// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "base/geometry.hpp"
#include "base/handle.hpp"
#include "base/result.hpp"
#include "gfx/memory_plane.hpp"
#include "gfx/wl_buffer.hpp"

struct wl_display;
struct wl_event_queue;
struct zwp_linux_buffer_params_v1;
struct zwp_linux_dmabuf_v1;

namespace pierglass::gfx {

struct BufferParamsTraits {
  using Value = zwp_linux_buffer_params_v1*;
  static constexpr Value invalid() { return nullptr; }
  static void close(Value params) noexcept;
};

struct EventQueueTraits {
  using Value = wl_event_queue*;
  static constexpr Value invalid() { return nullptr; }
  static void close(Value queue) noexcept;
};

// Whoever hears the answer to a question.
class DmabufAnswers {
 public:
  virtual void on_answer(zwp_linux_buffer_params_v1* params, wl_buffer* buffer) noexcept = 0;

 protected:
  ~DmabufAnswers() = default;
};

// Answers that nobody waits for any more. They come all the same, and the buffer in one has a
// number that the connection counts: libwayland ends it for the next one if this one was never
// heard of. Present thread; ends before the queues of its questions.
class UnheardAnswers final : DmabufAnswers {
 public:
  UnheardAnswers() = default;
  UnheardAnswers(const UnheardAnswers&) = delete;
  UnheardAnswers& operator=(const UnheardAnswers&) = delete;
  ~UnheardAnswers();

  // Until the answer comes; a buffer ends then.
  void keep(Handle<BufferParamsTraits> params);
  // The queue of such a question, which nobody else dispatches any more: it is when the next one
  // comes, and in the end.
  void keep(wl_display* connection, Handle<EventQueueTraits> queue);
  [[nodiscard]] std::size_t count() const { return params_.size(); }

 private:
  void on_answer(zwp_linux_buffer_params_v1* params, wl_buffer* buffer) noexcept override;

  struct Queue {
    wl_display* connection;
    Handle<EventQueueTraits> queue;
  };
  void dispatch();

  std::vector<Queue> queues_;
  std::vector<Handle<BufferParamsTraits>> params_;
};

// Where to ask: `factory` is a proxy or wrapper on the present thread's queue or another one.
struct DmabufDesk {
  zwp_linux_dmabuf_v1* factory = nullptr;
  UnheardAnswers* unheard = nullptr;
};

// A question to the compositor whether it takes a dma-buf as a buffer. Never asked in the way that
// ends the connection when it does not.
class DmabufQuestion final : DmabufAnswers {
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
  ~DmabufQuestion();

  // Once. OsCall: nobody was asked.
  Result<void> ask(const DmabufDesk& desk, const Picture& picture);

 private:
  void on_answer(zwp_linux_buffer_params_v1* params, wl_buffer* buffer) noexcept override;

  UnheardAnswers* unheard_ = nullptr;
  Handle<BufferParamsTraits> params_;  // while there is no answer
  Answered answered_;
};

}  // namespace pierglass::gfx
