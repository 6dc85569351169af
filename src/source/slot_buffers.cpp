// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/slot_buffers.hpp"

#include <unistd.h>

#include <utility>

#include "base/checked.hpp"

namespace pierglass::source {

SlotBuffers SlotBuffers::over(int memory, const wire::RegionLayout& layout, Create create) {
  SlotBuffers slots;
  slots.session_ = layout.session;
  // Slots lie at least a page apart, so that the last page of one holds nothing of the next.
  const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  const std::uint64_t bytes = align_up(layout.slot_bytes, page);
  std::vector<Fd> buffers;
  for (std::uint32_t slot = 0; slot < layout.slot_count; ++slot) {
    shm::DmaBuf buffer = create(memory, {.offset = layout.slot_at(slot), .bytes = bytes});
    if (!buffer) {
      slots.refusal_ = buffer.error();
      return slots;
    }
    buffers.push_back(std::move(*buffer));
  }
  slots.buffers_ = std::move(buffers);
  return slots;
}

int SlotBuffers::descriptor(std::uint32_t slot) const {
  return slot < buffers_.size() ? buffers_[slot].get() : -1;
}

void LazySlotBuffers::begin(int memory, const wire::RegionLayout& layout) {
  buffers_.reset();
  memory_ = memory;
  layout_ = layout;
}

void LazySlotBuffers::end() {
  buffers_.reset();
  layout_.reset();
}

std::expected<pixel::DmaBufPlace, std::string> LazySlotBuffers::find(std::uint32_t slot) {
  if (!layout_) return std::unexpected("no guest's pictures are there");
  if (!buffers_) buffers_ = SlotBuffers::over(memory_, *layout_, maker_.create);
  if (const auto& refusal = buffers_->refusal()) return std::unexpected(describe(*refusal));
  const int buffer = buffers_->descriptor(slot);
  if (buffer < 0) return std::unexpected("the guest has no such slot");
  return pixel::DmaBufPlace{.fd = buffer,
                            .offset = maker_.gives_whole_memory ? layout_->slot_at(slot) : 0};
}

}  // namespace pierglass::source
