// SPDX-License-Identifier: GPL-2.0-or-later
#include "input/placement.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace pierglass::input {
namespace {

std::uint32_t clamped(double pixel, std::uint32_t count) {
  // In this order a number that is none becomes 0.
  return static_cast<std::uint32_t>(std::min(std::max(0.0, pixel), count - 1.0));
}

std::int32_t guest_pixel(double window, double corner, double scale, std::uint32_t count) {
  const std::uint32_t last = std::min(count, std::uint32_t{INT32_MAX});
  return static_cast<std::int32_t>(clamped(std::floor((window - corner) / scale), last));
}

double middle(std::int32_t pixel, double corner, double scale, std::uint32_t count) {
  return corner + (clamped(pixel, count) + 0.5) * scale;
}

}  // namespace

Placement::Placement(Size picture, Size window) {
  if (picture.area() == 0 || window.area() == 0) return;
  picture_ = picture;
  scale_ = {double{1} * window.width / picture.width, double{1} * window.height / picture.height};
  const double scale = std::min(scale_.x, scale_.y);
  const PointF bars{window.width - scale * picture.width, window.height - scale * picture.height};
  if (bars.x <= 1 && bars.y <= 1) return;
  scale_ = {scale, scale};
  corner_ = {bars.x / 2, bars.y / 2};
}

Point Placement::to_guest(PointF window) const {
  if (empty()) return {};
  return {.x = guest_pixel(window.x, corner_.x, scale_.x, picture_.width),
          .y = guest_pixel(window.y, corner_.y, scale_.y, picture_.height)};
}

PointF Placement::to_window(Point guest) const {
  if (empty()) return {};
  return {.x = middle(guest.x, corner_.x, scale_.x, picture_.width),
          .y = middle(guest.y, corner_.y, scale_.y, picture_.height)};
}

}  // namespace pierglass::input
