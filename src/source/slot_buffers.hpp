// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "pixel/slot_memory.hpp"
#include "shm/dma_buf_linux.hpp"
#include "wire/parse.hpp"

namespace pierglass::source {

// The frame slots of one session as dma-bufs: all of them, or none and the reason. Move-only.
class SlotBuffers {
 public:
  using Create = shm::DmaBuf (*)(int memory, shm::DmaBufWindow window);

  // None, of no session.
  SlotBuffers() = default;

  // One for each slot of `layout` in the memory behind `memory`, which stays the caller's. May
  // block while pages are brought in: once per session, not per frame.
  static SlotBuffers over(int memory, const wire::RegionLayout& layout,
                          Create create = shm::create_dma_buf);

  // Whose slots these are; another session's layout needs others.
  [[nodiscard]] std::uint64_t session() const { return session_; }

  // The slot's pixels from their first byte on; stays ours. -1 where there is none.
  [[nodiscard]] int descriptor(std::uint32_t slot) const;

  // The first reason why there are none; nothing while there are.
  [[nodiscard]] const std::optional<shm::DmaBufRefusal>& refusal() const { return refusal_; }

 private:
  std::uint64_t session_ = 0;
  std::vector<Fd> buffers_;
  std::optional<shm::DmaBufRefusal> refusal_;
};

// The slots of whatever session is read, made into dma-bufs when they are first asked for.
class LazySlotBuffers final : public pixel::SlotDmaBufs {
 public:
  struct Maker {
    SlotBuffers::Create create = shm::create_dma_buf;
    // What create() gives begins where the memory does, not where the window does.
    bool gives_whole_memory = false;
  };

  explicit LazySlotBuffers(Maker maker) : maker_(maker) {}

  // A session begins in the memory behind `memory`, which stays the caller's and open until the
  // next begin() or end(). What was made of an earlier one is gone.
  void begin(int memory, const wire::RegionLayout& layout);
  void end();

  [[nodiscard]] std::expected<pixel::DmaBufPlace, std::string> find(std::uint32_t slot) override;
  void let_go() override { buffers_.reset(); }

 private:
  Maker maker_;
  int memory_ = -1;
  std::optional<wire::RegionLayout> layout_;  // of the session
  std::optional<SlotBuffers> buffers_;        // none: nobody asked yet
};

}  // namespace pierglass::source
