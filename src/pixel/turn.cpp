// SPDX-License-Identifier: GPL-2.0-or-later
#include "pixel/turn.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/result.hpp"
#include "pixel/copy.hpp"

namespace pierglass::pixel {

namespace {

// Turned in squares that stay in the nearest cache: 4 KiB converted, and a line of each row.
constexpr std::uint32_t kSide = 32;

void convert_rect(const Image& to, const ConstImage& from, const RowConverter& converter,
                  const Rect& rect) {
  const std::size_t left = std::size_t{rect.x} * wire::bytes_per_pixel(from.format);
  for (std::uint32_t y = rect.y; y < rect.bottom(); ++y) {
    auto* row = reinterpret_cast<std::uint32_t*>(to.row(y)) + rect.x;
    converter.convert(row, from.row(y) + left, rect.width);
  }
}

// `rect` is at most kSide wide and high.
void turn_square(const Image& to, const ConstImage& from, const RowConverter& converter,
                 const Rect& rect) {
  std::array<std::uint32_t, std::size_t{kSide} * kSide> square;
  const std::size_t left = std::size_t{rect.x} * wire::bytes_per_pixel(from.format);
  for (std::uint32_t y = 0; y < rect.height; ++y) {
    converter.convert(square.data() + std::size_t{y} * kSide, from.row(rect.y + y) + left,
                      rect.width);
  }
  const Rect into = upright_rect(rect, from.size, from.rotation);
  const Turn turn = turn_of({rect.width, rect.height}, from.rotation);
  const auto index = [](Point at) { return at.y * static_cast<int>(kSide) + at.x; };
  const int right = index(turn.right);
  for (std::uint32_t y = 0; y < into.height; ++y) {
    auto* row = reinterpret_cast<std::uint32_t*>(to.row(into.y + y)) + into.x;
    int at = index(turn.origin) + static_cast<int>(y) * index(turn.down);
    for (std::uint32_t x = 0; x < into.width; ++x, at += right) {
      row[x] = square[static_cast<std::size_t>(at)];
    }
  }
}

void turn_rect(const Image& to, const ConstImage& from, const RowConverter& converter,
               const Rect& rect) {
  for (std::uint32_t y = 0; y < rect.height; y += kSide) {
    for (std::uint32_t x = 0; x < rect.width; x += kSide) {
      turn_square(to, from, converter,
                  {rect.x + x, rect.y + y, std::min(kSide, rect.width - x),
                   std::min(kSide, rect.height - y)});
    }
  }
}

}  // namespace

Turn turn_of(Size stored, wire::Rotation rotation) {
  const int last_x = static_cast<int>(stored.width) - 1;
  const int last_y = static_cast<int>(stored.height) - 1;
  switch (rotation) {
    case wire::Rotation::None:
      break;
    case wire::Rotation::Turn90:
      return {.origin = {0, last_y}, .right = {0, -1}, .down = {1, 0}};
    case wire::Rotation::Turn180:
      return {.origin = {last_x, last_y}, .right = {-1, 0}, .down = {0, -1}};
    case wire::Rotation::Turn270:
      return {.origin = {last_x, 0}, .right = {0, 1}, .down = {-1, 0}};
  }
  return {.origin = {0, 0}, .right = {1, 0}, .down = {0, 1}};
}

Size upright_size(Size stored, wire::Rotation rotation) {
  const bool lies = rotation == wire::Rotation::Turn90 || rotation == wire::Rotation::Turn270;
  return lies ? Size{stored.height, stored.width} : stored;
}

Rect upright_rect(const Rect& rect, Size stored, wire::Rotation rotation) {
  const auto past_right = static_cast<std::uint32_t>(stored.width - rect.right());
  const auto past_bottom = static_cast<std::uint32_t>(stored.height - rect.bottom());
  switch (rotation) {
    case wire::Rotation::None:
      break;
    case wire::Rotation::Turn90:
      return {past_bottom, rect.x, rect.height, rect.width};
    case wire::Rotation::Turn180:
      return {past_right, past_bottom, rect.width, rect.height};
    case wire::Rotation::Turn270:
      return {rect.y, past_right, rect.height, rect.width};
  }
  return rect;
}

void take_upright(const Image& to, const ConstImage& from, const RowConverter& converter,
                  std::span<const Rect> rects, Stores stores) {
  if (from.rotation == wire::Rotation::None && from.format == to.format) {
    copy_rects(to, from, rects, stores);
    return;
  }
  CHECK(to.format == wire::PixelFormat::Xrgb8888 && converter.format() == from.format);
  CHECK(to.size == upright_size(from.size, from.rotation));
  for (const Rect& rect : rects) {
    CHECK(rect.inside(from.size));
    if (from.rotation == wire::Rotation::None) {
      convert_rect(to, from, converter, rect);
    } else {
      turn_rect(to, from, converter, rect);
    }
  }
}

}  // namespace pierglass::pixel
