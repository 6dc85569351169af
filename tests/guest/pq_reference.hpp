// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

// BT.2020 PQ from scRGB in double precision (ITU-R BT.2087, SMPTE ST 2084).
namespace pierglass::test {

inline std::uint32_t pq_code(double share) {
  const double y = std::pow(std::max(share, 0.0), 2610.0 / 16384);
  const double sample =
      std::pow((3424.0 / 4096 + 2413.0 / 128 * y) / (1 + 2392.0 / 128 * y), 2523.0 / 32);
  return static_cast<std::uint32_t>(std::lround(sample * 1023));
}

// Linear scRGB.
struct Light {
  double r = 0;
  double g = 0;
  double b = 0;
};

// As Xbgr2101010.
inline std::uint32_t pq_pixel(const Light& light) {
  const auto code = [&](double r, double g, double b) {
    return pq_code((light.r * r + light.g * g + light.b * b) * 80 / 10000);
  };
  return code(0.6274039, 0.3292830, 0.0433131) | code(0.0690973, 0.9195404, 0.0113623) << 10 |
         code(0.0163914, 0.0880133, 0.8955953) << 20;
}

}  // namespace pierglass::test
