// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "wl/listener.hpp"
#include "wl/proxy.hpp"

namespace pierglass::input {
class SeatEvents;
}

namespace pierglass::wl {

class Registry;
class Window;

// Lets the desktop's key bindings come to the window; see Seat, which owns it. One for the surface
// and a seat: a second one is a protocol error. Main thread.
class ShortcutsInhibitor : Pinned {
 public:
  ShortcutsInhibitor(Registry& registry, Window& window, input::SeatEvents& events)
      : registry_(registry), window_(window), events_(events) {}

  void set(bool wanted);
  [[nodiscard]] bool active() const { return active_; }

  // The seat there is from now on; null: none, and what was in force is told as ended.
  void use(wl_seat* seat);

 private:
  friend struct ShortcutsInhibitorEvents;
  void update();
  void on_active() noexcept;
  void on_inactive() noexcept;

  Registry& registry_;
  Window& window_;
  input::SeatEvents& events_;
  wl_seat* seat_ = nullptr;
  Proxy<zwp_keyboard_shortcuts_inhibitor_v1> proxy_;
  bool wanted_ = false;
  bool active_ = false;
};

}  // namespace pierglass::wl
