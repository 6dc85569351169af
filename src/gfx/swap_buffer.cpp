// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/swap_buffer.hpp"

#include <wayland-client.h>

#include <utility>

namespace pierglass::gfx {
namespace {

constexpr wl_buffer_listener kBufferListener = {
    .release = [](void* data,
                  wl_buffer*) noexcept { static_cast<SwapBuffer*>(data)->on_release(); },
};

}  // namespace

SwapBuffer::SwapBuffer(const DmabufDesk& desk, Size size, std::unique_ptr<OutputBuffer> memory,
                       std::unique_ptr<SyncedBuffer> synced)
    : memory_(std::move(memory)),
      synced_(std::move(synced)),
      size_(size),
      question_([this](Handle<WlBufferTraits> buffer) { on_answer(std::move(buffer)); }) {
  const Result<void> asked = question_.ask(desk, {.size = size,
                                                  .fourcc = kOutputFourcc,
                                                  .modifier = memory_->modifier(),
                                                  .planes = memory_->planes()});
  if (!asked) state_ = State::Refused;
}

void SwapBuffer::attach(wl_surface* surface) {
  wl_surface_attach(surface, buffer_.get(), 0, 0);
  wl_surface_damage_buffer(surface, 0, 0, static_cast<std::int32_t>(size_.width),
                           static_cast<std::int32_t>(size_.height));
  state_ = State::Busy;
}

void SwapBuffer::on_answer(Handle<WlBufferTraits> buffer) {
  state_ = buffer ? State::Free : State::Refused;
  buffer_ = std::move(buffer);
  if (buffer_) wl_buffer_add_listener(buffer_.get(), &kBufferListener, this);
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
