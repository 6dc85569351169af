// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>

namespace pierglass {

// In pixels.
struct Size {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  friend bool operator==(const Size&, const Size&) = default;
  [[nodiscard]] constexpr std::uint64_t area() const { return std::uint64_t{width} * height; }
};

struct Point {
  std::int32_t x = 0;
  std::int32_t y = 0;
  friend bool operator==(const Point&, const Point&) = default;
};

// How a screen is turned against what the user sees on it, with wl_output.transform's numbers:
// counter-clockwise, the flipped ones after exchanging left and right.
enum class Transform : std::uint8_t {
  Normal = 0,
  Rotated90 = 1,
  Rotated180 = 2,
  Rotated270 = 3,
  Flipped = 4,
  Flipped90 = 5,
  Flipped180 = 6,
  Flipped270 = 7,
};

// What is `size` upright, on a screen turned so; and back.
constexpr Size turned(Size size, Transform transform) {
  const bool lies = static_cast<std::uint8_t>(transform) % 2 != 0;
  return lies ? Size{size.height, size.width} : size;
}

// Half-open: covers x .. x+width-1. Empty when a side is 0.
struct Rect {
  std::uint32_t x = 0;
  std::uint32_t y = 0;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  friend bool operator==(const Rect&, const Rect&) = default;

  [[nodiscard]] constexpr bool empty() const { return width == 0 || height == 0; }
  [[nodiscard]] constexpr std::uint64_t area() const { return std::uint64_t{width} * height; }
  // One past the last column and row, in 64 bits: cannot wrap for any field values.
  [[nodiscard]] constexpr std::uint64_t right() const { return std::uint64_t{x} + width; }
  [[nodiscard]] constexpr std::uint64_t bottom() const { return std::uint64_t{y} + height; }
  [[nodiscard]] constexpr bool inside(Size size) const {
    return right() <= size.width && bottom() <= size.height;
  }
  [[nodiscard]] constexpr bool contains(const Rect& other) const {
    return x <= other.x && y <= other.y && right() >= other.right() && bottom() >= other.bottom();
  }
};

constexpr Rect full_rect(Size size) {
  return {0, 0, size.width, size.height};
}

// The smallest rectangle that covers both; an empty one adds nothing.
constexpr Rect bounding(const Rect& a, const Rect& b) {
  if (a.empty()) return b;
  if (b.empty()) return a;
  const std::uint32_t x = std::min(a.x, b.x);
  const std::uint32_t y = std::min(a.y, b.y);
  return {x, y, static_cast<std::uint32_t>(std::max(a.right(), b.right()) - x),
          static_cast<std::uint32_t>(std::max(a.bottom(), b.bottom()) - y)};
}

// What both cover; empty (all zero) when they do not meet.
constexpr Rect intersection(const Rect& a, const Rect& b) {
  const std::uint64_t left = std::max(a.x, b.x);
  const std::uint64_t top = std::max(a.y, b.y);
  const std::uint64_t right = std::min(a.right(), b.right());
  const std::uint64_t bottom = std::min(a.bottom(), b.bottom());
  if (left >= right || top >= bottom) return {};
  return {static_cast<std::uint32_t>(left), static_cast<std::uint32_t>(top),
          static_cast<std::uint32_t>(right - left), static_cast<std::uint32_t>(bottom - top)};
}

}  // namespace pierglass
