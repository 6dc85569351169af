// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

#include "base/geometry.hpp"
#include "input/events.hpp"

namespace pierglass::input {

// Turns a mouse's way into whole counts. What is left over is kept: the sum of all counts is that
// of all movements, times the sensitivity, to within one.
class Motion {
 public:
  static constexpr double kMinSensitivity = 0.01;
  static constexpr double kMaxSensitivity = 100;
  // Of one event; what exceeds it is dropped.
  static constexpr std::int32_t kMaxCounts = 32767;

  // The sensitivity is brought into its range. `accelerated`: by the desktop's settings, else as
  // the device counted, which leaves acceleration to the guest.
  Motion(bool accelerated, double sensitivity);

  // The counts that this adds; an event with a value that is not a number is ignored.
  Point add(const RelativeMotion& motion);

 private:
  bool accelerated_;
  double sensitivity_;
  PointF rest_;
};

}  // namespace pierglass::input
