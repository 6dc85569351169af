// SPDX-License-Identifier: GPL-2.0-or-later
#include "wl/wheel.hpp"

#include <wayland-client.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace pierglass::wl {

namespace {

constexpr std::int64_t kNotch = 120;

std::int32_t bounded(std::int64_t value) {
  using Limits = std::numeric_limits<std::int32_t>;
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(value, Limits::min(), Limits::max()));
}

}  // namespace

Wheel::Collected* Wheel::of(std::uint32_t axis) {
  static_assert(std::to_underlying(input::Axis::Vertical) == WL_POINTER_AXIS_VERTICAL_SCROLL);
  static_assert(std::to_underlying(input::Axis::Horizontal) == WL_POINTER_AXIS_HORIZONTAL_SCROLL);
  return axis < axes_.size() ? &axes_[axis] : nullptr;
}

void Wheel::on_axis(std::uint32_t axis, double distance) {
  if (Collected* one = of(axis)) one->distance += distance;
}

void Wheel::on_discrete(std::uint32_t axis, std::int32_t notches) {
  if (Collected* one = of(axis)) one->notches += notches;
}

void Wheel::on_value120(std::uint32_t axis, std::int32_t value120) {
  if (Collected* one = of(axis)) one->value120 += value120;
}

bool Wheel::is_finger() const {
  return source_ == WL_POINTER_AXIS_SOURCE_FINGER || source_ == WL_POINTER_AXIS_SOURCE_CONTINUOUS;
}

std::optional<input::Scroll> Wheel::take(input::Axis axis) {
  const Collected one = std::exchange(axes_[std::to_underlying(axis)], {});
  const std::int64_t detents = one.value120 != 0 ? one.value120 : one.notches * kNotch;
  if (detents != 0 && !is_finger())
    return input::Scroll{.axis = axis, .detents120 = bounded(detents), .distance = 0};
  if (one.distance == 0) return std::nullopt;
  return input::Scroll{.axis = axis, .detents120 = 0, .distance = one.distance};
}

}  // namespace pierglass::wl
