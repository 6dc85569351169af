// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

#include "base/geometry.hpp"

// The test picture as pure functions of the frame number: what a reader must find on its screen.
namespace pierglass::guest {

enum class PatternMode : std::uint8_t {
  Full,   // every pixel moves in every frame
  Small,  // a box of 1 % of the picture moves over a still background
  Still,  // nothing moves
};

struct PatternSpec {
  Size size;
  PatternMode mode = PatternMode::Full;
  friend bool operator==(const PatternSpec&, const PatternSpec&) = default;
};

// The frame number lies in the top left corner as black (0) and white (1) cells, row by row from
// the lowest bit: 32 bits of number, then 16 of check. Pictures smaller than kMinNumbered have
// none.
inline constexpr std::uint32_t kNumberCell = 4;  // pixels a side
inline constexpr std::uint32_t kNumberColumns = 8;
inline constexpr std::uint32_t kNumberRows = 6;
inline constexpr Size kMinNumbered{64, 48};
inline constexpr Rect kNumberRect{0, 0, kNumberColumns* kNumberCell, kNumberRows* kNumberCell};

constexpr bool has_number(Size size) {
  return size.width >= kMinNumbered.width && size.height >= kMinNumbered.height;
}

// The 48 bits of the block.
constexpr std::uint64_t number_bits(std::uint32_t number) {
  const std::uint32_t check = (number ^ 0x5bd1e995u) * 0x9e3779b1u >> 16;
  return std::uint64_t{check} << 32 | number;
}

// Goes 0, step, ... up to `range` and back, for ever.
constexpr std::uint32_t bounce(std::uint64_t frame, std::uint32_t step, std::uint32_t range) {
  if (range == 0) return 0;
  const std::uint64_t at = frame * step % (std::uint64_t{range} * 2);
  return static_cast<std::uint32_t>(at <= range ? at : std::uint64_t{range} * 2 - at);
}

// The moving box of PatternMode::Small; empty in the other modes.
constexpr Rect pattern_box(const PatternSpec& spec, std::uint64_t frame) {
  if (spec.mode != PatternMode::Small) return {};
  const std::uint32_t width = spec.size.width < 10 ? 1 : spec.size.width / 10;
  const std::uint32_t height = spec.size.height < 10 ? 1 : spec.size.height / 10;
  return {bounce(frame, 1 + spec.size.width / 640, spec.size.width - width),
          bounce(frame, 1 + spec.size.height / 640, spec.size.height - height), width, height};
}

// The background is column xor row, so that a renderer needs one table of columns per frame.
constexpr std::uint32_t pattern_column(Size size, std::uint64_t phase, std::uint32_t x) {
  const auto shift = static_cast<std::uint32_t>(phase);
  const std::uint32_t red = (x + 3 * shift) & 0xff;
  const std::uint32_t blue = (0xff - x / 4 + shift) & 0xff;
  const std::uint32_t bar = 1 + size.width / 32;
  const bool in_bar = x - bounce(phase, 1 + size.width / 160, size.width - bar) < bar;
  return (red << 16 | blue) ^ (in_bar ? 0x00ffffffu : 0);
}

constexpr std::uint32_t pattern_row(Size size, std::uint64_t phase, std::uint32_t y) {
  const std::uint32_t green = (y + 2 * static_cast<std::uint32_t>(phase)) & 0xff;
  const std::uint32_t bar = 1 + size.height / 32;
  const bool in_bar = y - bounce(phase, 1 + size.height / 160, size.height - bar) < bar;
  return (green << 8) ^ (in_bar ? 0x00ffffffu : 0);
}

// Inside the box, from its own top left corner.
constexpr std::uint32_t pattern_box_pixel(std::uint64_t frame, std::uint32_t x, std::uint32_t y) {
  const std::uint32_t green = (x * 2 + static_cast<std::uint32_t>(frame) * 5) & 0xff;
  return 0x00ff0000u | green << 8 | (y * 2 & 0xff);
}

constexpr std::uint32_t number_pixel(std::uint64_t frame, std::uint32_t x, std::uint32_t y) {
  const std::uint32_t cell = y / kNumberCell * kNumberColumns + x / kNumberCell;
  return (number_bits(static_cast<std::uint32_t>(frame)) >> cell & 1) != 0 ? 0x00ffffffu : 0;
}

// 0x00RRGGBB at (x, y) of frame `frame`. The size has no empty side; (x, y) lies inside.
constexpr std::uint32_t pattern_pixel(const PatternSpec& spec, std::uint64_t frame, std::uint32_t x,
                                      std::uint32_t y) {
  if (has_number(spec.size) && x < kNumberRect.width && y < kNumberRect.height)
    return number_pixel(frame, x, y);
  const Rect box = pattern_box(spec, frame);
  if (box.contains({x, y, 1, 1})) return pattern_box_pixel(frame, x - box.x, y - box.y);
  const std::uint64_t phase = spec.mode == PatternMode::Full ? frame : 0;
  return pattern_column(spec.size, phase, x) ^ pattern_row(spec.size, phase, y);
}

}  // namespace pierglass::guest
