// SPDX-License-Identifier: GPL-2.0-or-later
#include "input/motion.hpp"

#include <algorithm>
#include <cmath>

namespace pierglass::input {
namespace {

double in_range(double sensitivity) {
  if (std::isnan(sensitivity)) return 1;
  return std::clamp(sensitivity, Motion::kMinSensitivity, Motion::kMaxSensitivity);
}

// Whole counts of `way`, toward zero; the fraction goes to `rest`.
std::int32_t whole(double way, double& rest) {
  constexpr double kLimit = Motion::kMaxCounts;
  const double bounded = std::clamp(way, -kLimit, kLimit);
  const double counts = std::trunc(bounded);
  rest = bounded - counts;
  return static_cast<std::int32_t>(counts);
}

}  // namespace

Motion::Motion(bool accelerated, double sensitivity)
    : accelerated_(accelerated), sensitivity_(in_range(sensitivity)) {}

Point Motion::add(const RelativeMotion& motion) {
  const PointF way = accelerated_ ? motion.accelerated : motion.raw;
  if (std::isnan(way.x) || std::isnan(way.y)) return {};
  return {.x = whole(rest_.x + way.x * sensitivity_, rest_.x),
          .y = whole(rest_.y + way.y * sensitivity_, rest_.y)};
}

}  // namespace pierglass::input
