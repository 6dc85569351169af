// SPDX-License-Identifier: GPL-2.0-or-later
#include "wl/pointer_lock.hpp"

#include <pointer-constraints-unstable-v1-client-protocol.h>
#include <wayland-client.h>

#include <algorithm>
#include <utility>

#include "input/seat_events.hpp"
#include "wl/pointer.hpp"
#include "wl/registry.hpp"
#include "wl/window.hpp"

namespace pierglass::wl {

struct PointerLockEvents {
  static constexpr zwp_locked_pointer_v1_listener kLocked{
      .locked = on<&PointerLock::on_locked>,
      .unlocked = on<&PointerLock::on_unlocked>,
  };
};

namespace {

// What the wire's 24.8 bits can hold.
wl_fixed_t fixed(double value) {
  constexpr double kLimit = 8'388'607;
  return wl_fixed_from_double(std::clamp(value, -kLimit, kLimit));
}

}  // namespace

void PointerLock::set(bool wanted) {
  wanted_ = wanted;
  update();
}

void PointerLock::use(Pointer* pointer) {
  if (pointer == pointer_) return;
  proxy_.reset();
  if (locked_) on_unlocked();
  if (pointer_ != nullptr) pointer_->when_entered([] {});
  pointer_ = pointer;
  waits_for_enter_ = false;
  if (pointer_ != nullptr) pointer_->when_entered([this] { on_enter(); });
  update();
}

void PointerLock::update() {
  if (pointer_ != nullptr) pointer_->tell_relative_motion(wanted_);
  if (!wanted_) {
    locked_ = waits_for_enter_ = false;
    return proxy_.reset();
  }
  if (proxy_ || waits_for_enter_ || pointer_ == nullptr ||
      registry_.pointer_constraints() == nullptr)
    return;
  proxy_.reset(zwp_pointer_constraints_v1_lock_pointer(
      registry_.pointer_constraints(), window_.surface(), pointer_->proxy(), nullptr,
      ZWP_POINTER_CONSTRAINTS_V1_LIFETIME_PERSISTENT));
  zwp_locked_pointer_v1_add_listener(proxy_.get(), &PointerLockEvents::kLocked, this);
}

void PointerLock::set_hint(input::PointF position) {
  if (!proxy_) return;
  zwp_locked_pointer_v1_set_cursor_position_hint(proxy_.get(), fixed(position.x),
                                                 fixed(position.y));
}

void PointerLock::on_enter() {
  if (std::exchange(waits_for_enter_, false)) update();
}

void PointerLock::on_locked() noexcept {
  if (!pointer_->over_window()) {
    waits_for_enter_ = true;
    return proxy_.reset();
  }
  locked_ = true;
  events_.on_pointer_locked();
}

void PointerLock::on_unlocked() noexcept {
  locked_ = false;
  events_.on_pointer_unlocked();
}

}  // namespace pierglass::wl
