// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/core/slot_damage.hpp"

namespace pierglass::guest {

void SlotDamage::reset(Size size) {
  for (auto& owed : owed_) owed.set_full(size);
}

void SlotDamage::add(std::span<const Rect> damage) {
  for (auto& owed : owed_)
    for (const Rect& rect : damage) owed.add(rect);
}

}  // namespace pierglass::guest
