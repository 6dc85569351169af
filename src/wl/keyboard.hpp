// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "input/events.hpp"
#include "wl/listener.hpp"
#include "wl/lock_keys.hpp"
#include "wl/proxy.hpp"

namespace pierglass::input {
class SeatEvents;
}

namespace pierglass::wl {

class Window;

// One wl_keyboard: its keys while the window has the keyboard. Keys are told as the compositor
// counts them (evdev); the keymap serves only to know which lock keys are in force. Main thread.
class Keyboard : Pinned {
 public:
  Keyboard(wl_seat* seat, Window& window, input::SeatEvents& events);

  // The device is gone: leaves.
  void unplug();

 private:
  friend struct KeyboardEvents;
  void on_keymap(std::uint32_t format, std::int32_t fd, std::uint32_t size) noexcept;
  void on_enter(std::uint32_t serial, wl_surface* surface, wl_array* keys) noexcept;
  void on_leave(std::uint32_t serial, wl_surface* surface) noexcept;
  void on_key(std::uint32_t serial, std::uint32_t time, std::uint32_t key,
              std::uint32_t state) noexcept;
  void on_modifiers(std::uint32_t serial, std::uint32_t depressed, std::uint32_t latched,
                    std::uint32_t locked, std::uint32_t group) noexcept;
  void tell_locks();

  Window& window_;
  input::SeatEvents& events_;
  Proxy<wl_keyboard> proxy_;
  LockKeys lock_keys_;
  std::optional<input::Locks> told_;  // since the window got the keyboard
  bool entered_ = false;
};

}  // namespace pierglass::wl
