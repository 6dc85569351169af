// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstdint>

#include "base/clock.hpp"
#include "input/events.hpp"

namespace pierglass::input {

// Turns scrolling into whole notches of a wheel.
class Wheel {
 public:
  static constexpr double kNotch = 120;
  // A notch of most wheels is 15 degrees, and compositors report degrees as logical pixels
  // (libinput's default angle of a click): a finger's 15 pixels scroll as far.
  static constexpr double kNotchDistance = 15;
  // A part of a notch is forgotten after this time; libinput's own (WHEEL_SCROLL_TIMEOUT).
  static constexpr Nanoseconds kPause = std::chrono::milliseconds(500);
  // Of one event; what exceeds it is dropped.
  static constexpr std::int32_t kMaxNotches = 20;

  // The notches that this completes; positive is down or right. Turning back begins anew.
  std::int32_t add(const Scroll& scroll, HostTime now);

 private:
  struct Turn {
    double rest = 0;  // in 120ths
    HostTime last;
  };
  std::array<Turn, 2> axes_;
};

}  // namespace pierglass::input
