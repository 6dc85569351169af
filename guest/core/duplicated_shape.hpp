// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/geometry.hpp"
#include "guest/core/cursor_shape.hpp"

namespace pierglass::guest {

// A pointer's shape as desktop duplication describes it; any values.
struct DuplicatedShape {
  std::uint32_t type = 0;  // DXGI_OUTDUPL_POINTER_SHAPE_TYPE
  std::uint32_t width = 0;
  std::uint32_t height = 0;  // of both planes together where there are two
  std::uint32_t pitch = 0;
  Point hot;
};

namespace dxgi {
inline constexpr std::uint32_t kMonochromeShape = 1;
inline constexpr std::uint32_t kColourShape = 2;
inline constexpr std::uint32_t kMaskedColourShape = 4;
}  // namespace dxgi

// Makes a wire shape of it, rows as close as the wire allows, the hot spot inside. False, and `to`
// unchanged, for an unknown type, sides of 0 or above wire::kMaxCursorSide, rows longer than the
// pitch, planes of different heights, and fewer bytes than it says. Allocates only while `to` has
// never held a shape so large.
bool convert_shape(const DuplicatedShape& shape, std::span<const std::byte> image, CursorShape& to);

}  // namespace pierglass::guest
