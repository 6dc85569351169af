// SPDX-License-Identifier: GPL-2.0-or-later
#include "wl/keyboard.hpp"

#include <wayland-client.h>

#include <span>

#include "base/fd.hpp"
#include "input/seat_events.hpp"
#include "wl/window.hpp"

namespace pierglass::wl {

struct KeyboardEvents {
  static constexpr wl_keyboard_listener kKeyboard{
      .keymap = on<&Keyboard::on_keymap>,
      .enter = on<&Keyboard::on_enter>,
      .leave = on<&Keyboard::on_leave>,
      .key = on<&Keyboard::on_key>,
      .modifiers = on<&Keyboard::on_modifiers>,
      .repeat_info = ignored,
  };
};

Keyboard::Keyboard(wl_seat* seat, Window& window, input::SeatEvents& events)
    : window_(window), events_(events), proxy_(wl_seat_get_keyboard(seat)) {
  wl_keyboard_add_listener(proxy_.get(), &KeyboardEvents::kKeyboard, this);
}

void Keyboard::unplug() {
  if (entered_) on_leave(0, window_.surface());
}

void Keyboard::on_keymap(std::uint32_t format, std::int32_t fd, std::uint32_t size) noexcept {
  const Fd file(fd);
  if (format == WL_KEYBOARD_KEYMAP_FORMAT_XKB_V1) {
    lock_keys_.load(file.get(), size);
  } else {
    lock_keys_.clear();
  }
  tell_locks();
}

void Keyboard::on_enter(std::uint32_t, wl_surface* surface, wl_array* keys) noexcept {
  if (surface != window_.surface()) return;
  entered_ = true;
  told_.reset();
  const std::span held(static_cast<const input::KeyCode*>(keys->data),
                       keys->size / sizeof(input::KeyCode));
  events_.on_keyboard_enter(held);
}

void Keyboard::on_leave(std::uint32_t, wl_surface* surface) noexcept {
  if (!entered_ || surface != window_.surface()) return;
  entered_ = false;
  events_.on_keyboard_leave();
}

void Keyboard::on_key(std::uint32_t, std::uint32_t, std::uint32_t key,
                      std::uint32_t state) noexcept {
  // Any other state would be a repeat.
  const bool down = state == WL_KEYBOARD_KEY_STATE_PRESSED;
  if (!entered_ || (!down && state != WL_KEYBOARD_KEY_STATE_RELEASED)) return;
  events_.on_key(key, down);
}

void Keyboard::on_modifiers(std::uint32_t, std::uint32_t depressed, std::uint32_t latched,
                            std::uint32_t locked, std::uint32_t group) noexcept {
  lock_keys_.update(depressed, latched, locked, group);
  tell_locks();
}

void Keyboard::tell_locks() {
  const std::optional<input::Locks> locks = lock_keys_.locks();
  if (!entered_ || !locks || locks == told_) return;
  told_ = locks;
  events_.on_locks(*locks);
}

}  // namespace pierglass::wl
