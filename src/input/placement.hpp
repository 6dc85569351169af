// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/geometry.hpp"
#include "input/events.hpp"

namespace pierglass::input {

// Where the guest's picture lies in the window: as large as its aspect allows and centred, the
// whole window where only a pixel would be left. The rule by which it is drawn (pixel::fit_rect),
// but in logical pixels and without rounding.
class Placement {
 public:
  Placement() = default;
  Placement(Size picture, Size window);

  // Nothing to point at: the other two give zeros.
  [[nodiscard]] bool empty() const { return picture_.area() == 0; }
  // The guest's pixel under a place of the window; on the bars, the nearest.
  [[nodiscard]] Point to_guest(PointF window) const;
  // The middle of a guest's pixel; of one outside, the nearest inside.
  [[nodiscard]] PointF to_window(Point guest) const;

  friend bool operator==(const Placement&, const Placement&) = default;

 private:
  Size picture_;   // empty: all is
  PointF corner_;  // upper left
  PointF scale_;   // logical pixels of a guest's pixel
};

}  // namespace pierglass::input
