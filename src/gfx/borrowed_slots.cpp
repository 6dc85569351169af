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
  const std::uint64_t serial = sink.pools_serial();
  if (busy(memory)) return fail(ErrorCode::Busy, "slot", memory.slot);
  if (memory.mapping != mapping_ || serial != pools_serial_) drop();
  if (pool_ == nullptr) {
    pool_ = TRY(sink.create_pool(memory));
    mapping_ = memory.mapping;
    pools_serial_ = serial;
  }
  Entry& entry = slots_[memory.slot];
  const bool same = entry.buffer != nullptr && entry.memory.offset == memory.offset &&
                    entry.size == picture.size && entry.pitch == picture.pitch;
  if (!same) {
    retire(entry);
    entry = {.memory = memory,
             .size = picture.size,
             .pitch = picture.pitch,
             .buffer = TRY(pool_->create_buffer(memory, picture.pitch, picture.size))};
  }
  if (entry.buffer->state != SinkBuffer::State::Ready) {
    return fail(ErrorCode::NotReady, "a buffer over the slot");
  }
  return entry.buffer.get();
}

bool BorrowedSlots::busy(const pixel::SlotMemory& memory) const {
  const auto reads = [&](const Entry& entry) {
    return entry.buffer != nullptr && entry.buffer->being_read() && entry.memory.same_slot(memory);
  };
  return std::ranges::any_of(slots_, reads) || std::ranges::any_of(retired_, reads);
}

int BorrowedSlots::awaited() const {
  for (const Entry& entry : slots_) {
    const int file = entry.buffer != nullptr ? entry.buffer->awaited() : -1;
    if (file >= 0) return file;
  }
  for (const Entry& entry : retired_) {
    if (const int file = entry.buffer->awaited(); file >= 0) return file;
  }
  return -1;
}

void BorrowedSlots::drop() {
  for (Entry& entry : slots_) retire(entry);
  pool_.reset();
  mapping_ = 0;
}

void BorrowedSlots::collect() {
  std::erase_if(retired_, [](const Entry& entry) { return !entry.buffer->being_read(); });
}

void BorrowedSlots::retire(Entry& entry) {
  if (entry.buffer != nullptr && entry.buffer->being_read()) {
    retired_.push_back(std::move(entry));
  }
  entry = {};
}

}  // namespace pierglass::gfx
