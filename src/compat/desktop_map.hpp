// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/geometry.hpp"
#include "compat/kvmfr_frame.hpp"

namespace pierglass::compat {

// Where points of a guest's desktop lie in the picture that is shown of it: hosts may scale the
// picture down and leave rows of it out. Both sides are upright.
class DesktopMap {
 public:
  DesktopMap() = default;  // one to one
  explicit DesktopMap(const KvmfrFrame& frame);

  [[nodiscard]] Point to_frame(Point desktop) const;
  [[nodiscard]] Point to_desktop(Point frame) const;

 private:
  Size desktop_{1, 1};
  Size frame_{1, 1};  // of all of the picture
  Point cut_;         // what is left out on the left and at the top, pixels of the picture
};

}  // namespace pierglass::compat
