// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>

#include "input/events.hpp"
#include "wl/keyboard.hpp"
#include "wl/listener.hpp"
#include "wl/pointer.hpp"
#include "wl/pointer_image.hpp"
#include "wl/pointer_lock.hpp"
#include "wl/shortcuts_inhibitor.hpp"

namespace pierglass::input {
class SeatEvents;
}

namespace pierglass::wl {

class BoundSeat;
class Registry;
class Window;

// Keyboard and pointer of the user, as far as they concern the window. Both may be missing, come
// late and go (a seat without devices is normal on a desktop without a screen). Of several seats
// the first that has a device is served, and another one only after it lost its last.
//
// Everything that is said to `events` is said from the display's dispatch, at once and in the order
// of arrival; a device that goes leaves first. What is asked for here is remembered: it is done
// when there is a device to do it with, and again when the device was replaced. All requests go out
// with the next flush, which the event loop makes before it waits.
//
// Main thread. Must end before the window; says nothing in its end.
class Seat : Pinned {
 public:
  // All are borrowed. May be made before the window is configured.
  Seat(Registry& registry, Window& window, input::SeatEvents& events);
  ~Seat();

  // ---- the pointer held on the window ----
  // Answered by on_pointer_locked(), perhaps late (the pointer must be over the window and the
  // window must have the keyboard) or never. on_pointer_unlocked() follows when the compositor ends
  // it, after which it may begin again by itself. From now on relative motion is told, which it is
  // at no other time. Once more while it is wanted: nothing.
  void lock_pointer() { lock_.set(true); }
  // The pointer is the user's again. No answer follows.
  void unlock_pointer() { lock_.set(false); }
  // Where the pointer shall be after unlock_pointer(), in surface coordinates. This is
  // double-buffered state of the window's surface, whose commits belong to the present thread: let
  // it commit once between this call and unlock_pointer(), else the pointer appears where it
  // vanished. Nothing without a lock.
  void set_pointer_hint(input::PointF position) { lock_.set_hint(position); }
  [[nodiscard]] bool pointer_lock_wanted() const { return lock_.wanted(); }
  [[nodiscard]] bool pointer_locked() const { return lock_.locked(); }

  // ---- the desktop's key bindings ----
  // Answered by on_shortcuts_inhibited(), perhaps late (a desktop may ask its user) or never.
  // `inhibit` false has no answer.
  void inhibit_shortcuts(bool inhibit) { inhibitor_.set(inhibit); }
  [[nodiscard]] bool shortcuts_inhibited() const { return inhibitor_.active(); }

  // ---- the pointer's image over the window ----
  [[nodiscard]] PointerImage& pointer_image() { return image_; }

 private:
  void update();
  void choose();
  void update_keyboard();
  void update_pointer();
  void drop_devices();

  Registry& registry_;
  Window& window_;
  input::SeatEvents& events_;
  const BoundSeat* seat_ = nullptr;  // the one in use
  PointerImage image_;
  ShortcutsInhibitor inhibitor_;
  std::optional<Keyboard> keyboard_;
  std::optional<Pointer> pointer_;
  PointerLock lock_;  // uses pointer_
};

}  // namespace pierglass::wl
