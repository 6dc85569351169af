// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>

#include "base/geometry.hpp"
#include "input/command.hpp"
#include "input/events.hpp"

namespace pierglass::input {

// What the router asks of the desktop and of the program around it. Main thread.
class Host {
 public:
  // Holds the pointer on the window until unlock_pointer(); answered by SeatEvents, perhaps late or
  // never. `reappear`: where the pointer should stand afterwards; none: where it was.
  virtual void lock_pointer() = 0;
  virtual void unlock_pointer(std::optional<PointF> reappear) = 0;
  // Asks that the desktop's key bindings come to the window, or no longer.
  virtual void inhibit_shortcuts(bool inhibit) = 0;

  // Where the guest's pointer is now, in pixels of its picture; none: unknown.
  virtual std::optional<Point> guest_pointer() = 0;
  // Puts the guest's pointer there without a mouse (pixels of its picture). False: it cannot.
  virtual bool place_guest_pointer(Point position) = 0;

  // capture_wanted(), captured(), notice(), pointer_reaches_guest() or follows() of the router is
  // new: the pointer's image and the texts on the picture follow.
  virtual void on_mode_changed() = 0;
  // The list of chords is wanted on the picture, or no longer.
  virtual void show_chords(bool show) = 0;
  virtual void run(Command command) = 0;

 protected:
  ~Host() = default;
};

}  // namespace pierglass::input
