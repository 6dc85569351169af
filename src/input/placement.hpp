// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/geometry.hpp"
#include "input/events.hpp"

namespace pierglass::input {

// Where the guest's picture lies in the window: as large as its aspect allows and centred, which is
// how it is drawn, in logical pixels and without rounding.
class Placement {
 public:
  Placement() = default;
  Placement(Size picture, Size window);

  // Nothing to point at: the other two give zeros.
  [[nodiscard]] bool empty() const { return scale_ == 0; }
  // The guest's pixel under a place of the window; on the bars, the nearest.
  [[nodiscard]] Point to_guest(PointF window) const;
  // The middle of a guest's pixel; of one outside, the nearest inside.
  [[nodiscard]] PointF to_window(Point guest) const;

 private:
  Size picture_;
  double scale_ = 0;  // logical pixels of a guest's pixel
  PointF corner_;     // upper left
};

}  // namespace pierglass::input
