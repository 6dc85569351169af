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

// How large an output's picture is in frames. Both sizes upright; 0×0: as large as it is.
struct PictureScale {
  Size output;
  Size frame;

  [[nodiscard]] constexpr Point to_frame(Point at) const { return scaled(at, output, frame); }
  [[nodiscard]] constexpr Point to_output(Point at) const { return scaled(at, frame, output); }
  friend constexpr bool operator==(const PictureScale&, const PictureScale&) = default;

 private:
  static constexpr Point scaled(Point at, Size from, Size to) {
    if (from == to || from.area() == 0 || to.area() == 0) return at;
    return {along(at.x, from.width, to.width), along(at.y, from.height, to.height)};
  }
  // The pixel under the middle of the other one.
  static constexpr std::int32_t along(std::int32_t at, std::uint32_t from, std::uint32_t to) {
    const std::int64_t twice = (std::int64_t{at} * 2 + 1) * to;
    const std::int64_t whole = std::int64_t{from} * 2;
    const std::int64_t below = twice >= 0 ? twice / whole : -((-twice + whole - 1) / whole);
    return static_cast<std::int32_t>(std::clamp<std::int64_t>(
        below, std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()));
  }
};

}  // namespace pierglass::guest
