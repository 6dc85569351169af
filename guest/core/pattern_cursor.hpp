// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

#include "base/geometry.hpp"
#include "guest/core/cursor_shape.hpp"
#include "guest/core/pattern_pixel.hpp"

namespace pierglass::guest {

using PatternCursor = CursorShape;

// A known shape of each type, each with every kind of pixel that its type can have. Colour: a
// 32×32 disc whose alpha falls from 255 to 0. Monochrome: 32×32, quarters of black, white,
// transparent and inverting pixels. MaskedColour: 33×31, replacing pixels of two colours, and
// pixels exclusive-ored with white, with grey, and with nothing.
PatternCursor pattern_cursor(wire::CursorType type);

// Where the hot spot is after `ticks` moves: starts at the centre and never repeats two ticks.
constexpr Point pattern_cursor_position(Size size, std::uint64_t ticks) {
  const auto along = [ticks](std::uint32_t length, std::uint32_t step) {
    // From the middle of the way to the far edge.
    const std::uint32_t range = length - 1;
    return static_cast<std::int32_t>(bounce(range / 2 + ticks * step, 1, range));
  };
  return {along(size.width, 3), along(size.height, 2)};
}

}  // namespace pierglass::guest
