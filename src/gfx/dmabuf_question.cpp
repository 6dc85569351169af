// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/dmabuf_question.hpp"

#include <linux-dmabuf-unstable-v1-client-protocol.h>
#include <wayland-client.h>

#include <cerrno>

namespace pierglass::gfx {
namespace {

constexpr zwp_linux_buffer_params_v1_listener kListener = {
    .created =
        [](void* data, zwp_linux_buffer_params_v1* params, wl_buffer* buffer) noexcept {
          static_cast<DmabufAnswers*>(data)->on_answer(params, buffer);
        },
    .failed =
        [](void* data, zwp_linux_buffer_params_v1* params) noexcept {
          static_cast<DmabufAnswers*>(data)->on_answer(params, nullptr);
        },
};

}  // namespace

void BufferParamsTraits::close(Value params) noexcept {
  zwp_linux_buffer_params_v1_destroy(params);
}

void EventQueueTraits::close(Value queue) noexcept {
  wl_event_queue_destroy(queue);
}

void UnheardAnswers::keep(Handle<BufferParamsTraits> params) {
  DmabufAnswers* const listener = this;
  zwp_linux_buffer_params_v1_set_user_data(params.get(), listener);
  params_.push_back(std::move(params));
}

void UnheardAnswers::keep(wl_display* connection, Handle<EventQueueTraits> queue) {
  dispatch();
  queues_.push_back({connection, std::move(queue)});
}

void UnheardAnswers::dispatch() {
  for (const Queue& kept : queues_)
    wl_display_dispatch_queue_pending(kept.connection, kept.queue.get());
}

UnheardAnswers::~UnheardAnswers() {
  dispatch();
}

void UnheardAnswers::on_answer(zwp_linux_buffer_params_v1* params, wl_buffer* buffer) noexcept {
  const Handle<WlBufferTraits> ended(buffer);
  std::erase_if(params_, [params](const auto& kept) { return kept.get() == params; });
}

DmabufQuestion::~DmabufQuestion() {
  if (params_) unheard_->keep(std::move(params_));
}

Result<void> DmabufQuestion::ask(const DmabufDesk& desk, const Picture& picture) {
  unheard_ = desk.unheard;
  params_.reset(zwp_linux_dmabuf_v1_create_params(desk.factory));
  zwp_linux_buffer_params_v1* params = params_.get();
  if (params == nullptr) return fail_os(OsErrorKind::Errno, errno, "zwp_linux_dmabuf_v1");
  DmabufAnswers* const listener = this;
  zwp_linux_buffer_params_v1_add_listener(params, &kListener, listener);
  std::uint32_t index = 0;
  for (const MemoryPlane& plane : picture.planes) {
    zwp_linux_buffer_params_v1_add(params, plane.fd, index++, plane.offset, plane.pitch,
                                   static_cast<std::uint32_t>(picture.modifier >> 32),
                                   static_cast<std::uint32_t>(picture.modifier));
  }
  zwp_linux_buffer_params_v1_create(params, static_cast<std::int32_t>(picture.size.width),
                                    static_cast<std::int32_t>(picture.size.height), picture.fourcc,
                                    0);
  return {};
}

void DmabufQuestion::on_answer(zwp_linux_buffer_params_v1* /*params*/, wl_buffer* buffer) noexcept {
  params_.reset();
  answered_(Handle<WlBufferTraits>(buffer));
}

}  // namespace pierglass::gfx
