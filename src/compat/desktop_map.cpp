// SPDX-License-Identifier: GPL-2.0-or-later
#include "compat/desktop_map.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace pierglass::compat {
namespace {

std::int32_t narrowed(std::int64_t value) {
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(
      value, std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()));
}

// value * to / from, rounded down; sides are at most 16384.
std::int64_t scaled(std::int64_t value, std::uint32_t from, std::uint32_t to) {
  const std::int64_t product = value * to;
  return product >= 0 ? product / from : -((-product + from - 1) / from);
}

}  // namespace

DesktopMap::DesktopMap(const KvmfrFrame& frame) : desktop_(frame.screen), frame_(frame.wanted) {
  const auto missing = static_cast<std::int32_t>(frame.wanted.height - frame.size.height);
  switch (frame.rotation) {
    case wire::Rotation::None:
      break;
    case wire::Rotation::Turn90:
      cut_ = {missing, 0};
      break;
    case wire::Rotation::Turn180:
      cut_ = {0, missing};
      break;
    case wire::Rotation::Turn270:
      break;
  }
  const bool lies =
      frame.rotation == wire::Rotation::Turn90 || frame.rotation == wire::Rotation::Turn270;
  if (!lies) return;
  std::swap(desktop_.width, desktop_.height);
  std::swap(frame_.width, frame_.height);
}

Point DesktopMap::to_frame(Point desktop) const {
  return {narrowed(scaled(desktop.x, desktop_.width, frame_.width) - cut_.x),
          narrowed(scaled(desktop.y, desktop_.height, frame_.height) - cut_.y)};
}

Point DesktopMap::to_desktop(Point frame) const {
  return {narrowed(scaled(std::int64_t{frame.x} + cut_.x, frame_.width, desktop_.width)),
          narrowed(scaled(std::int64_t{frame.y} + cut_.y, frame_.height, desktop_.height))};
}

}  // namespace pierglass::compat
