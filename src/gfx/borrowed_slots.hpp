// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/geometry.hpp"
#include "base/result.hpp"
#include "gfx/buffer_sink.hpp"
#include "pixel/image.hpp"
#include "pixel/slot_memory.hpp"
#include "wire/layout.hpp"

namespace pierglass::gfx {

// Buffers over a guest's slots: one for each slot, made when its first picture comes, and one pool
// for all of a mapping. Pictures of the same size in the same slots allocate nothing.
class BorrowedSlots {
 public:
  // Free to be committed, over `picture`, which is Xrgb8888. Busy: the compositor still reads that
  // slot. NotReady: it has not said yet whether it takes such a buffer. Unsupported: more slots
  // than a guest has. Otherwise as BufferSink::create_pool() and SinkPool::create_buffer().
  Result<SinkBuffer*> buffer(BufferSink& sink, const pixel::ConstImage& picture,
                             const pixel::SlotMemory& memory);

  // Whether the compositor may still read that slot.
  [[nodiscard]] bool busy(const pixel::SlotMemory& memory) const;

  // SinkBuffer::awaited() of one of them.
  [[nodiscard]] int awaited() const;

  // Lets go of the memory: of each buffer as soon as the compositor has, which collect() finds.
  void drop();

  // Destroys dropped buffers that the compositor has answered and let go of.
  void collect();

 private:
  struct Entry {
    pixel::SlotMemory memory;
    Size size;
    std::uint32_t pitch = 0;
    std::unique_ptr<SinkBuffer> buffer;  // null: none yet
  };

  void retire(Entry& entry);

  std::uint64_t mapping_ = 0;       // of pool_ and slots_
  std::uint64_t pools_serial_ = 0;  // as well
  std::unique_ptr<SinkPool> pool_;
  std::array<Entry, wire::kMaxSlots> slots_;
  std::vector<Entry> retired_;  // still read
};

}  // namespace pierglass::gfx
