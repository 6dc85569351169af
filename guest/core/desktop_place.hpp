// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "base/geometry.hpp"

namespace pierglass::guest {

// Where an output lies on the virtual desktop, whose origin is the primary output's corner. The
// picture's coordinates, which pointers use, are those of the output upright.
struct DesktopPlace {
  Point origin;
  Size size;  // upright

  [[nodiscard]] constexpr Point to_picture(Point desktop) const {
    return {limited(std::int64_t{desktop.x} - origin.x),
            limited(std::int64_t{desktop.y} - origin.y)};
  }
  // Inside the output, whatever `picture` is: a reader's wish cannot move the pointer elsewhere.
  [[nodiscard]] constexpr Point to_desktop(Point picture) const {
    return {limited(std::int64_t{origin.x} + inside(picture.x, size.width)),
            limited(std::int64_t{origin.y} + inside(picture.y, size.height))};
  }
  friend constexpr bool operator==(const DesktopPlace&, const DesktopPlace&) = default;

 private:
  static constexpr std::int64_t inside(std::int32_t at, std::uint32_t length) {
    return std::clamp<std::int64_t>(at, 0, std::max<std::int64_t>(length, 1) - 1);
  }
  static constexpr std::int32_t limited(std::int64_t value) {
    return static_cast<std::int32_t>(std::clamp<std::int64_t>(
        value, std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()));
  }
};

}  // namespace pierglass::guest
