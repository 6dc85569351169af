// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <utility>

#include "base/geometry.hpp"

namespace pierglass::test {

// What sway(5) calls it.
constexpr const char* name_of(Transform transform) {
  constexpr std::array kNames = {"normal",  "90",         "180",         "270",
                                 "flipped", "flipped-90", "flipped-180", "flipped-270"};
  return kNames[std::to_underlying(transform)];
}

// How a compositor is to drive its one output.
struct OutputSetting {
  Size mode;         // pixels of the output itself
  double scale = 1;  // pixels for each logical one
  Transform transform = Transform::Normal;

  // Pixels as the user sees them.
  [[nodiscard]] Size upright() const { return turned(mode, transform); }
};

}  // namespace pierglass::test
