// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <expected>
#include <string>

namespace pierglass::pixel {

// Where in a dma-buf a picture lies.
struct DmaBufPlace {
  int fd = -1;               // borrowed, good while the frame is held; not to be mapped
  std::uint64_t offset = 0;  // of the picture's first byte
};

// The slots of one mapping as dma-bufs, which a GPU or a compositor reads without a copy.
class SlotDmaBufs {
 public:
  // That of a slot, or why there is none: a sentence for the user without a full stop, the same for
  // all slots as long as the mapping lasts. The first call of a mapping makes them and may block
  // while pages are brought in. On the source's thread.
  [[nodiscard]] virtual std::expected<DmaBufPlace, std::string> find(std::uint32_t slot) = 0;

  // None is needed any more: as long as there are any the memory cannot be swapped out. find()
  // makes them anew.
  virtual void let_go() = 0;

 protected:
  ~SlotDmaBufs() = default;
};

// Where in shared memory a picture lies, for whoever shows it from there instead of copying it.
struct SlotMemory {
  // All of the memory, mappable; borrowed, good while the frame is held. -1: a device, which not
  // everybody can map.
  int fd = -1;
  std::uint64_t bytes = 0;   // of the memory
  std::uint64_t offset = 0;  // of the picture's first byte
  std::uint32_t slot = 0;    // no two pictures are in one slot at a time
  // Names memory and layout: another one after each change of either, and none comes back. What was
  // made of an earlier one's slots is of no more use.
  std::uint64_t mapping = 0;
  bool may_shrink = true;  // whoever may write the file may cut it off; what was there is gone then
  SlotDmaBufs* dma_bufs =
      nullptr;  // borrowed, good while the frame is held; null: nobody makes any

  [[nodiscard]] bool same_slot(const SlotMemory& other) const {
    return mapping == other.mapping && slot == other.slot;
  }
};

}  // namespace pierglass::pixel
