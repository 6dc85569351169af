// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

#include "base/geometry.hpp"
#include "input/events.hpp"

namespace pierglass::input {

enum class PointerMode : std::uint8_t {
  Relative,  // a mouse: move_by()
  Absolute,  // a tablet: move_to()
};

// The virtual machine's keyboard and mouse. One thread; nothing blocks, everything goes out at once
// or, where the other side does not keep up, as soon as it does and in order. Without a connection
// nothing happens: whoever presses hears of a new one and begins with nothing pressed.
class Guest {
 public:
  virtual void key(KeyCode key, bool down) = 0;
  virtual void button(Button button, bool down) = 0;
  // Whole notches; positive is down or right.
  virtual void scroll(Axis axis, std::int32_t notches) = 0;
  // Counts of a mouse. Only in relative mode.
  virtual void move_by(std::int32_t dx, std::int32_t dy) = 0;
  // Pixels of the guest's picture. Only in absolute mode.
  virtual void move_to(Point position) = 0;
  // Makes the guest's lock keys so.
  virtual void set_locks(Locks locks) = 0;

  // Asks for a mode; true when the machine has it or will have it soon. What is moved until it is
  // in force is kept.
  virtual bool set_pointer_mode(PointerMode mode) = 0;

 protected:
  ~Guest() = default;
};

}  // namespace pierglass::input
