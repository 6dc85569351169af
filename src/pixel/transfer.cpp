// SPDX-License-Identifier: GPL-2.0-or-later
#include "pixel/transfer.hpp"

#include <algorithm>
#include <cmath>

namespace pierglass::pixel {

wire::ColourSpace space_of(wire::PixelFormat format, const Colour& colour) {
  switch (format) {
    case wire::PixelFormat::Xbgr16161616f:
      return wire::ColourSpace::ScrgbLinear;
    case wire::PixelFormat::Xbgr2101010:
      return colour.space;
    default:
      return wire::ColourSpace::Srgb;
  }
}

double full_scale(wire::ColourSpace space, const Colour& colour) {
  const double white = std::max(colour.white_millinits, 1U);
  switch (space) {
    case wire::ColourSpace::Srgb:
      return 1;
    case wire::ColourSpace::ScrgbLinear:
      return 80e3 / white;
    case wire::ColourSpace::Bt2020Pq:
      return 10'000e3 / white;
  }
  return 1;
}

double srgb_encoded(double light) {
  return light <= 0.0031308 ? 12.92 * light : 1.055 * std::pow(light, 1 / 2.4) - 0.055;
}

double pq_decoded(double sample) {
  constexpr double kM1 = 2610.0 / 16384;
  constexpr double kM2 = 2523.0 / 4096 * 128;
  constexpr double kC1 = 3424.0 / 4096;
  constexpr double kC2 = 2413.0 / 4096 * 32;
  constexpr double kC3 = 2392.0 / 4096 * 32;
  const double power = std::pow(sample, 1 / kM2);
  return std::pow(std::max(power - kC1, 0.0) / (kC2 - kC3 * power), 1 / kM1);
}

double compressed(double light) {
  constexpr double kRoom = 1 - kKnee;
  if (light <= kKnee) return light;
  return kKnee + kRoom * (1 - std::exp((kKnee - light) / kRoom));
}

}  // namespace pierglass::pixel
