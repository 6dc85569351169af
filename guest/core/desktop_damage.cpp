// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/core/desktop_damage.hpp"

#include <algorithm>

namespace pierglass::guest {
namespace {

struct Span {
  std::uint32_t first = 0;
  std::uint32_t length = 0;
};

// In 64 bits: differences of any two 32-bit numbers fit.
Span clipped(std::int64_t first, std::int64_t last, std::uint32_t length) {
  const std::int64_t from = std::clamp<std::int64_t>(first, 0, length);
  const std::int64_t to = std::clamp<std::int64_t>(last, 0, length);
  if (from >= to) return {};
  return {static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(to - from)};
}

Rect clipped(std::int64_t left, std::int64_t top, std::int64_t right, std::int64_t bottom,
             Size size) {
  const Span across = clipped(left, right, size.width);
  const Span down = clipped(top, bottom, size.height);
  if (across.length == 0 || down.length == 0) return {};
  return {across.first, down.first, across.length, down.length};
}

Rect source_of(const DesktopMove& move, Size size) {
  const std::int64_t width = std::int64_t{move.to.right} - move.to.left;
  const std::int64_t height = std::int64_t{move.to.bottom} - move.to.top;
  return clipped(move.from.x, move.from.y, move.from.x + width, move.from.y + height, size);
}

}  // namespace

Rect clipped(const DesktopRect& rect, Size size) {
  return clipped(rect.left, rect.top, rect.right, rect.bottom, size);
}

pixel::DamageRegion damage_of(const DesktopChanges& changes, Size size) {
  pixel::DamageRegion damage;
  if (changes.complete) {
    for (const DesktopMove& move : changes.moves) {
      if (move.from == Point{move.to.left, move.to.top}) continue;
      damage.add(source_of(move, size));
      damage.add(clipped(move.to, size));
    }
    for (const DesktopRect& rect : changes.dirty) damage.add(clipped(rect, size));
  }
  if (damage.empty()) damage.set_full(size);
  return damage;
}

}  // namespace pierglass::guest
