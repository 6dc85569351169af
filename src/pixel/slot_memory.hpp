// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

namespace pierglass::pixel {

// Where in shared memory a picture lies, for whoever shows it from there instead of copying it.
struct SlotMemory {
  int fd = -1;               // all of the memory, mappable; borrowed, good while the frame is held
  std::uint64_t bytes = 0;   // of the memory
  std::uint64_t offset = 0;  // of the picture's first byte
  std::uint32_t slot = 0;    // no two pictures are in one slot at a time
  // Names memory and layout: another one after each change of either, and none comes back. What was
  // made of an earlier one's slots is of no more use.
  std::uint64_t mapping = 0;
  bool may_shrink = true;  // whoever may write the file may cut it off; what was there is gone then

  [[nodiscard]] bool same_slot(const SlotMemory& other) const {
    return mapping == other.mapping && slot == other.slot;
  }
};

}  // namespace pierglass::pixel
