// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

#include "pixel/image.hpp"

// What samples must look like, in double precision and from the standards' own numbers; nothing of
// the code under test is used.
namespace pierglass::pixel::test {

using Vector = std::array<double, 3>;
using Matrix = std::array<Vector, 3>;

inline double half_value(std::uint16_t half) {
  const std::uint32_t exponent = half >> 10 & 0x1f;
  const std::uint32_t mantissa = half & 0x3ff;
  double value;
  if (exponent == 31) {
    value = mantissa != 0 ? double{NAN} : double{INFINITY};
  } else if (exponent == 0) {
    value = mantissa * 0x1p-24;
  } else {
    value = std::ldexp(1 + mantissa / 1024.0, static_cast<int>(exponent) - 15);
  }
  return half >> 15 != 0 ? -value : value;
}

inline double srgb_curve(double light) {
  return light <= 0.0031308 ? 12.92 * light : 1.055 * std::pow(light, 1 / 2.4) - 0.055;
}

// SMPTE ST 2084, in cd/m2.
inline double pq_curve(double sample) {
  const double power = std::pow(sample, 1 / 78.84375);
  const double ratio = std::max(power - 0.8359375, 0.0) / (18.8515625 - 18.6875 * power);
  return 10000 * std::pow(ratio, 1 / 0.1593017578125);
}

inline Vector times(const Matrix& m, const Vector& v) {
  Vector out{};
  for (std::size_t i = 0; i < 3; ++i) out[i] = m[i][0] * v[0] + m[i][1] * v[1] + m[i][2] * v[2];
  return out;
}

inline Matrix inverse(const Matrix& m) {
  Matrix out;
  const auto cofactor = [&](std::size_t i, std::size_t j) {
    const auto& a = m[(i + 1) % 3];
    const auto& b = m[(i + 2) % 3];
    return a[(j + 1) % 3] * b[(j + 2) % 3] - a[(j + 2) % 3] * b[(j + 1) % 3];
  };
  const double determinant =
      m[0][0] * cofactor(0, 0) + m[0][1] * cofactor(0, 1) + m[0][2] * cofactor(0, 2);
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j) out[j][i] = cofactor(i, j) / determinant;
  return out;
}

// CIE XYZ from linear R, G, B of these primaries (x, y each) with white D65.
inline Matrix xyz_from(const std::array<std::array<double, 2>, 3>& primaries) {
  Matrix columns;
  for (std::size_t c = 0; c < 3; ++c) {
    const double x = primaries[c][0];
    const double y = primaries[c][1];
    columns[0][c] = x / y;
    columns[1][c] = 1;
    columns[2][c] = (1 - x - y) / y;
  }
  const Vector white = {0.3127 / 0.3290, 1, (1 - 0.3127 - 0.3290) / 0.3290};
  const Vector scale = times(inverse(columns), white);
  for (auto& row : columns)
    for (std::size_t c = 0; c < 3; ++c) row[c] *= scale[c];
  return columns;
}

inline Vector bt709_from_bt2020(const Vector& light) {
  static const Matrix wide = xyz_from({{{0.708, 0.292}, {0.170, 0.797}, {0.131, 0.046}}});
  static const Matrix narrow =
      inverse(xyz_from({{{0.640, 0.330}, {0.300, 0.600}, {0.150, 0.060}}}));
  return times(narrow, times(wide, light));
}

// Red, green and blue samples (ten bits as 0..1) as they must be shown, in 0..255, not rounded.
inline Vector expected(Vector sample, wire::ColourSpace space, const Colour& colour) {
  if (space == wire::ColourSpace::Srgb) {
    return {255 * sample[0], 255 * sample[1], 255 * sample[2]};
  }
  const double white = colour.white_millinits / 1000.0;
  Vector light;
  for (std::size_t c = 0; c < 3; ++c) {
    const double value = std::isinf(sample[c]) && sample[c] > 0 ? 65504 : sample[c];
    light[c] = (space == wire::ColourSpace::Bt2020Pq ? pq_curve(value) : 80 * value) / white;
  }
  if (space == wire::ColourSpace::Bt2020Pq) light = bt709_from_bt2020(light);
  for (double& value : light) value = value > 0 ? value : 0;
  const double most = *std::max_element(light.begin(), light.end());
  if (colour.compress && most > 0.8) {
    const double target = 0.8 + 0.2 * (1 - std::exp(-(most - 0.8) / 0.2));
    for (double& value : light) value *= target / most;
  }
  for (double& value : light) value = 255 * srgb_curve(std::min(value, 1.0));
  return light;
}

}  // namespace pierglass::pixel::test
