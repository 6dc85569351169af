// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/borrowed_slots.hpp"

#include <algorithm>
#include <utility>

namespace pierglass::gfx {

Result<SinkBuffer*> BorrowedSlots::buffer(BufferSink& sink, const pixel::ConstImage& picture,
                                          const pixel::SlotMemory& memory) {
  if (memory.slot >= slots_.size()) {
    return fail(ErrorCode::Unsupported, "slot", memory.slot, slots_.size());
  }
  collect();
  if (memory.mapping != mapping_) drop();
  if (busy(memory)) return fail(ErrorCode::Busy, "slot", memory.slot);
  if (pool_ == nullptr) {
    pool_ = TRY(sink.create_pool(memory));
    mapping_ = memory.mapping;
  }
  Entry& entry = slots_[memory.slot];
  const bool same = entry.buffer != nullptr && entry.memory.offset == memory.offset &&
                    entry.size == picture.size && entry.pitch == picture.pitch;
  if (!same) {
    retire(entry);
    entry = {.memory = memory,
             .size = picture.size,
             .pitch = picture.pitch,
             .buffer = TRY(pool_->create_buffer(memory.offset, picture.pitch, picture.size))};
  }
  return entry.buffer.get();
}

bool BorrowedSlots::busy(const pixel::SlotMemory& memory) const {
  const auto reads = [&](const Entry& entry) {
    return entry.buffer != nullptr && entry.buffer->busy && entry.memory.same_slot(memory);
  };
  return std::ranges::any_of(slots_, reads) || std::ranges::any_of(retired_, reads);
}

void BorrowedSlots::drop() {
  for (Entry& entry : slots_) retire(entry);
  pool_.reset();
  mapping_ = 0;
}

void BorrowedSlots::collect() {
  std::erase_if(retired_, [](const Entry& entry) { return !entry.buffer->busy; });
}

void BorrowedSlots::retire(Entry& entry) {
  if (entry.buffer != nullptr && entry.buffer->busy) {
    retired_.push_back(std::move(entry));
  }
  entry = {};
}

}  // namespace pierglass::gfx
