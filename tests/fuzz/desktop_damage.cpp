// SPDX-License-Identifier: GPL-2.0-or-later
// Any rectangles that a display driver may give become damage inside the picture that covers all
// their corners. Input: width u16, height u16, complete u8, dirty count u8, then 16 bytes for each
// dirty rectangle and 24 for each move until the bytes end.
#include "guest/core/desktop_damage.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tests/fuzz/input.hpp"
#include "tests/fuzz/require.hpp"

namespace pierglass::fuzz {
namespace {

using guest::DesktopMove;
using guest::DesktopRect;

bool covered(const pixel::DamageRegion& damage, std::uint64_t x, std::uint64_t y) {
  for (const Rect& rect : damage.rects()) {
    if (x >= rect.x && y >= rect.y && x < rect.right() && y < rect.bottom()) return true;
  }
  return false;
}

void require_covered(const pixel::DamageRegion& damage, const DesktopRect& rect, Size size) {
  const Rect inside = guest::clipped(rect, size);
  if (inside.empty()) return;
  require(inside.inside(size), "clipped");
  for (const std::uint64_t x : {std::uint64_t{inside.x}, inside.right() - 1}) {
    for (const std::uint64_t y : {std::uint64_t{inside.y}, inside.bottom() - 1})
      require(covered(damage, x, y), "covered");
  }
}

void run(Input input) {
  const Size size{1U + input.take<std::uint16_t>() % 16384U,
                  1U + input.take<std::uint16_t>() % 16384U};
  const bool complete = input.take<std::uint8_t>() % 2 == 0;
  std::vector<DesktopRect> dirty(input.take<std::uint8_t>());
  for (DesktopRect& rect : dirty) rect = input.take<DesktopRect>();
  std::vector<DesktopMove> moves;
  while (!input.empty()) moves.push_back(input.take<DesktopMove>());
  const auto damage =
      guest::damage_of({.dirty = dirty, .moves = moves, .complete = complete}, size);
  require(!damage.empty(), "a presented picture is damaged");
  for (const Rect& rect : damage.rects()) require(!rect.empty() && rect.inside(size), "inside");
  for (const DesktopRect& rect : dirty) require_covered(damage, rect, size);
  for (const DesktopMove& move : moves) {
    if (move.from == Point{move.to.left, move.to.top}) continue;
    require_covered(damage, move.to, size);
  }
}

}  // namespace
}  // namespace pierglass::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pierglass::fuzz::run({data, size});
  return 0;
}
