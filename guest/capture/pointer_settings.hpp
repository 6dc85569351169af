// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/clock.hpp"
#include "ring/guest_session.hpp"

namespace pierglass::guest {

// How Windows turns the mouse's motion into the pointer's: the same for every source. One thread.
class PointerSettings {
 public:
  // Acceleration and speed, asked for every two seconds; else leaves them as they are.
  void read(ring::CursorState& state, HostTime now);

 private:
  HostTime due_;
};

// Whether a reader would see a difference.
inline bool same(const ring::CursorState& a, const ring::CursorState& b) {
  return a.position == b.position && a.visible == b.visible && a.acceleration == b.acceleration &&
         a.speed == b.speed;
}

}  // namespace pierglass::guest
