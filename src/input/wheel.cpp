// SPDX-License-Identifier: GPL-2.0-or-later
#include "input/wheel.hpp"

#include <algorithm>
#include <cmath>

namespace pierglass::input {

std::int32_t Wheel::add(const Scroll& scroll, HostTime now) {
  const double part =
      scroll.detents120 != 0 ? scroll.detents120 : scroll.distance * (kNotch / kNotchDistance);
  if (std::isnan(part) || part == 0) return 0;
  Turn& turn = axes_[static_cast<std::size_t>(scroll.axis)];
  if (std::signbit(part) != std::signbit(turn.rest) || now - turn.last >= kPause) turn.rest = 0;
  turn.last = now;
  constexpr double kLimit = kMaxNotches * kNotch;
  const double sum = std::clamp(turn.rest + part, -kLimit, kLimit);
  const double notches = std::trunc(sum / kNotch);
  turn.rest = sum - notches * kNotch;
  return static_cast<std::int32_t>(notches);
}

}  // namespace pierglass::input
