// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/swap_buffer.hpp"

#include <linux-dmabuf-unstable-v1-client-protocol.h>

#include <utility>

namespace pierglass::gfx {
namespace {

constexpr wl_buffer_listener kBufferListener = {
    .release = [](void* data,
                  wl_buffer*) noexcept { static_cast<SwapBuffer*>(data)->on_release(); },
};

constexpr zwp_linux_buffer_params_v1_listener kParamsListener = {
    .created =
        [](void* data, zwp_linux_buffer_params_v1*, wl_buffer* buffer) noexcept {
          static_cast<SwapBuffer*>(data)->on_created(buffer);
        },
    .failed =
        [](void* data, zwp_linux_buffer_params_v1*) noexcept {
          static_cast<SwapBuffer*>(data)->on_failed();
        },
};

}  // namespace

SwapBuffer::SwapBuffer(zwp_linux_dmabuf_v1* factory, Size size,
                       std::unique_ptr<OutputBuffer> memory, std::unique_ptr<SyncedBuffer> synced)
    : memory_(std::move(memory)),
      synced_(std::move(synced)),
      size_(size),
      params_(zwp_linux_dmabuf_v1_create_params(factory)) {
  zwp_linux_buffer_params_v1* params = params_.get();
  if (params == nullptr) {
    state_ = State::Refused;
    return;
  }
  zwp_linux_buffer_params_v1_add_listener(params, &kParamsListener, this);
  const std::uint64_t modifier = memory_->modifier();
  std::uint32_t index = 0;
  for (const MemoryPlane& plane : memory_->planes()) {
    add_plane(params, index++, plane, modifier);
  }
  zwp_linux_buffer_params_v1_create(params, static_cast<std::int32_t>(size.width),
                                    static_cast<std::int32_t>(size.height), kOutputFourcc, 0);
}

void SwapBuffer::attach(wl_surface* surface) {
  wl_surface_attach(surface, buffer_.get(), 0, 0);
  wl_surface_damage_buffer(surface, 0, 0, static_cast<std::int32_t>(size_.width),
                           static_cast<std::int32_t>(size_.height));
  state_ = State::Busy;
}

void SwapBuffer::on_created(wl_buffer* buffer) noexcept {
  params_.reset();
  buffer_.reset(buffer);
  wl_buffer_add_listener(buffer, &kBufferListener, this);
  state_ = State::Free;
}

void SwapBuffer::on_failed() noexcept {
  params_.reset();
  state_ = State::Refused;
}

void SwapBuffer::look() {
  if (state_ == State::Busy && synced_ && !synced_->being_read()) state_ = State::Free;
}

// Says nothing certain of a buffer with a timeline.
void SwapBuffer::on_release() noexcept {
  if (synced_) return;
  state_ = State::Free;
}

}  // namespace pierglass::gfx
