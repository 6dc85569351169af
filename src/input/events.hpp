// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

namespace pierglass::input {

// A key's place on the board: Linux KEY_*, as wl_keyboard.key counts (xkb's numbers are 8 more).
using KeyCode = std::uint32_t;

enum class Button : std::uint8_t { Left, Middle, Right, Side, Extra };
inline constexpr std::uint8_t kButtonCount = 5;

// Which lock keys are in force.
struct Locks {
  bool caps = false;
  bool num = false;
  bool scroll = false;
  friend bool operator==(const Locks&, const Locks&) = default;
};

// A place or distance in logical pixels of the window (Wayland's surface coordinates).
struct PointF {
  double x = 0;
  double y = 0;
  friend bool operator==(const PointF&, const PointF&) = default;
};

// How far a mouse moved, of one relative_motion event.
struct RelativeMotion {
  PointF accelerated;  // by the desktop's settings
  PointF raw;          // as the device counted
};

enum class Axis : std::uint8_t { Vertical, Horizontal };

// Part of a turn of the wheel, or of a finger's way on a touch pad. Positive is down or right.
struct Scroll {
  Axis axis = Axis::Vertical;
  std::int32_t detents120 = 0;  // 120ths of a wheel's notch; 0: not a wheel
  double distance = 0;          // logical pixels; counts only when not a wheel
};

}  // namespace pierglass::input
