// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "input/events.hpp"
#include "wl/listener.hpp"
#include "wl/proxy.hpp"

namespace pierglass::input {
class SeatEvents;
}

namespace pierglass::wl {

class Pointer;
class Registry;
class Window;

// Holds the pointer on the window; see Seat, which owns it. There is never more than one constraint
// of a pointer on the surface: a second one is a protocol error. A compositor that locks a pointer
// which is not over the window (Sway 1.7 does when it maps a window slowly, or on another screen
// than the pointer's) tells no motion of it, nor does it ever come over: such a lock is given up
// and asked for again when the pointer is there. Main thread.
class PointerLock : Pinned {
 public:
  PointerLock(Registry& registry, Window& window, input::SeatEvents& events)
      : registry_(registry), window_(window), events_(events) {}

  void set(bool wanted);
  void set_hint(input::PointF position);
  [[nodiscard]] bool wanted() const { return wanted_; }
  [[nodiscard]] bool locked() const { return locked_; }

  // The pointer there is from now on; null: none, and a lock that was in force is told as ended.
  // Call it before the pointer ends.
  void use(Pointer* pointer);

 private:
  friend struct PointerLockEvents;
  void update();
  void on_enter();
  void on_locked() noexcept;
  void on_unlocked() noexcept;

  Registry& registry_;
  Window& window_;
  input::SeatEvents& events_;
  Pointer* pointer_ = nullptr;
  Proxy<zwp_locked_pointer_v1> proxy_;
  bool wanted_ = false;
  bool locked_ = false;
  bool waits_for_enter_ = false;
};

}  // namespace pierglass::wl
