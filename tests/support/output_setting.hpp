// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <utility>

#include "base/geometry.hpp"

namespace pierglass::test {

// The values of wl_output.transform.
enum class OutputTransform : std::uint8_t {
  Normal,
  Rotated90,
  Rotated180,
  Rotated270,
  Flipped,
  Flipped90,
  Flipped180,
  Flipped270,
};

// What sway(5) calls it.
constexpr const char* name_of(OutputTransform transform) {
  constexpr std::array kNames = {"normal",  "90",         "180",         "270",
                                 "flipped", "flipped-90", "flipped-180", "flipped-270"};
  return kNames[std::to_underlying(transform)];
}

// How a compositor is to drive its one output.
struct OutputSetting {
  Size mode;         // pixels of the output itself
  double scale = 1;  // pixels for each logical one
  OutputTransform transform = OutputTransform::Normal;

  // Pixels as the user sees them: the turned transforms exchange width and height.
  [[nodiscard]] Size upright() const {
    return std::to_underlying(transform) % 2 == 0 ? mode : Size{mode.height, mode.width};
  }
};

}  // namespace pierglass::test
