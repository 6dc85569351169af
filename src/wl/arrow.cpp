// SPDX-License-Identifier: GPL-2.0-or-later
#include "wl/arrow.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace pierglass::wl {

namespace {

struct Corner {
  double x;
  double y;
};

// The outline in logical pixels: tip, down the left side, the notch left of the tail, the tail, the
// notch right of it.
constexpr std::array<Corner, 7> kOutline{
    {{1, 1}, {1, 15.5}, {4.6, 12.3}, {7.2, 18.2}, {9.8, 17.1}, {7.3, 11.3}, {12, 11.3}}};
constexpr double kEdge = 1;  // of black, half of it to either side of the outline
constexpr double kWidth = 14;
constexpr double kHeight = 20;
constexpr std::uint32_t kScaleOne = 120;
constexpr std::uint32_t kMaxScale = 16 * kScaleOne;

double distance_to_line(Corner from, Corner to, Corner point) {
  const Corner line{to.x - from.x, to.y - from.y};
  const Corner way{point.x - from.x, point.y - from.y};
  const double along = (way.x * line.x + way.y * line.y) / (line.x * line.x + line.y * line.y);
  const double bounded = std::clamp(along, 0.0, 1.0);
  return std::hypot(way.x - bounded * line.x, way.y - bounded * line.y);
}

// How far from the outline; negative inside of it.
double distance(Corner point) {
  double nearest = std::numeric_limits<double>::max();
  bool inside = false;
  for (std::size_t i = 0; i < kOutline.size(); ++i) {
    const Corner from = kOutline[i];
    const Corner to = kOutline[(i + 1) % kOutline.size()];
    nearest = std::min(nearest, distance_to_line(from, to, point));
    if ((from.y > point.y) == (to.y > point.y)) continue;
    const double crossing = from.x + (point.y - from.y) / (to.y - from.y) * (to.x - from.x);
    if (point.x < crossing) inside = !inside;
  }
  return inside ? -nearest : nearest;
}

std::uint32_t colour(double opacity, double white) {
  const auto alpha = static_cast<std::uint32_t>(std::lround(opacity * 255));
  const auto grey = static_cast<std::uint32_t>(std::lround(opacity * white * 255));
  return alpha << 24 | grey << 16 | grey << 8 | grey;
}

}  // namespace

Arrow draw_arrow(std::uint32_t scale120) {
  const double scale = std::clamp(scale120, kScaleOne, kMaxScale) / double{kScaleOne};
  // As much of a pixel as an edge through it at that distance leaves.
  const auto covered = [scale](double outside) {
    return std::clamp(0.5 - outside * scale, 0.0, 1.0);
  };
  Arrow arrow;
  arrow.size = {static_cast<std::uint32_t>(std::lround(kWidth * scale)),
                static_cast<std::uint32_t>(std::lround(kHeight * scale))};
  arrow.hot_spot = {static_cast<std::int32_t>(kOutline[0].x * scale),
                    static_cast<std::int32_t>(kOutline[0].y * scale)};
  arrow.pixels.reserve(arrow.size.area());
  for (std::uint32_t y = 0; y < arrow.size.height; ++y) {
    for (std::uint32_t x = 0; x < arrow.size.width; ++x) {
      const double away = distance({(x + 0.5) / scale, (y + 0.5) / scale});
      arrow.pixels.push_back(colour(covered(away - kEdge / 2), covered(away + kEdge / 2)));
    }
  }
  return arrow;
}

}  // namespace pierglass::wl
