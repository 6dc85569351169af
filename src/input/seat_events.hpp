// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <span>

#include "input/events.hpp"

namespace pierglass::input {

// What keyboard and pointer of the desktop say to the window. Called on the main thread from the
// display's dispatch, each event as it arrives. A device that is unplugged leaves first.
class SeatEvents {
 public:
  // The window got the keyboard; `held` are keys that are down already and were not meant for it.
  virtual void on_keyboard_enter(std::span<const KeyCode> held) noexcept = 0;
  virtual void on_keyboard_leave() noexcept = 0;
  // Without repeats.
  virtual void on_key(KeyCode key, bool down) noexcept = 0;
  virtual void on_locks(Locks locks) noexcept = 0;

  virtual void on_pointer_enter(PointF position) noexcept = 0;
  virtual void on_pointer_leave() noexcept = 0;
  virtual void on_pointer_motion(PointF position) noexcept = 0;
  virtual void on_button(Button button, bool down) noexcept = 0;
  virtual void on_scroll(Scroll scroll) noexcept = 0;
  virtual void on_relative_motion(RelativeMotion motion) noexcept = 0;

  // Answers to Host::lock_pointer(): the pointer stands still and only relative motion comes, or it
  // is the user's again (lost focus, a new surface on top). It may be locked again by itself later.
  virtual void on_pointer_locked() noexcept = 0;
  virtual void on_pointer_unlocked() noexcept = 0;

  // Answers to Host::inhibit_shortcuts(true): whether the desktop's key bindings reach the window.
  virtual void on_shortcuts_inhibited(bool inhibited) noexcept = 0;

 protected:
  ~SeatEvents() = default;
};

}  // namespace pierglass::input
