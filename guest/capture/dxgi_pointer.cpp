// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/capture/dxgi_pointer.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include "wire/layout.hpp"

namespace pierglass::guest {
namespace {

// Any corner that a driver may give.
std::int32_t sum(std::int32_t corner, std::int32_t hot) {
  constexpr std::int64_t kFar = 1'000'000;
  return static_cast<std::int32_t>(
      std::clamp<std::int64_t>(std::int64_t{corner} + hot, -kFar, kFar));
}

}  // namespace

DxgiPointer::DxgiPointer() {
  for (CursorShape* shape : {&newest_, &shown_}) shape->image.reserve(wire::kMaxShapeBytes);
}

void DxgiPointer::take(const News& news) {
  if (news.shape == nullptr && !news.place) return;
  const std::lock_guard lock(mutex_);
  if (news.shape != nullptr) {
    std::swap(newest_, *news.shape);
    reshaped_ = true;
  }
  if (news.place) {
    visible_ = news.place->visible;
    if (visible_) corner_ = news.place->corner;
  }
  wake();
}

void DxgiPointer::set_scale(const PictureScale& scale) {
  const std::lock_guard lock(mutex_);
  scale_ = scale;
}

bool DxgiPointer::wake_on_news(Waiter* waiter) {
  const std::lock_guard lock(mutex_);
  waiter_ = waiter;
  return true;
}

void DxgiPointer::wake() {
  if (waiter_ != nullptr) waiter_->wake();
}

PointerUpdate DxgiPointer::poll(HostTime now) {
  PointerUpdate update;
  ring::CursorState state = state_;
  Point corner;
  PictureScale scale;
  {
    const std::lock_guard lock(mutex_);
    update.reshaped = std::exchange(reshaped_, false);
    if (update.reshaped) std::swap(newest_, shown_);
    corner = corner_;
    scale = scale_;
    state.visible = visible_;
  }
  // The wire's position is the hot spot's.
  state.position =
      scale.to_frame({sum(corner.x, shown_.info.hot.x), sum(corner.y, shown_.info.hot.y)});
  settings_.read(state, now);
  update.shape = shown_.info;
  update.image = shown_.image;
  update.moved = !std::exchange(told_, true) || !same(state, state_);
  update.state = state_ = state;
  return update;
}

}  // namespace pierglass::guest
