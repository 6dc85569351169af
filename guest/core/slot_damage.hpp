// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/geometry.hpp"
#include "pixel/damage_region.hpp"
#include "wire/layout.hpp"

namespace pierglass::guest {

// What each slot lacks of the newest picture: the union of all damage since it was last written.
class SlotDamage {
 public:
  // Every slot lacks everything: the start, and each change of size, format or pitch.
  void reset(Size size);

  // The newest picture differs from the one before in `damage`. Also for pictures that are never
  // published: the next one contains their changes.
  void add(std::span<const Rect> damage);

  [[nodiscard]] const pixel::DamageRegion& owed(std::uint32_t slot) const { return owed_[slot]; }

  // The slot now holds the newest picture.
  void written(std::uint32_t slot) { owed_[slot].clear(); }

 private:
  std::array<pixel::DamageRegion, wire::kMaxSlots> owed_;
};

}  // namespace pierglass::guest
