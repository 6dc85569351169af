// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <expected>
#include <string>

struct zwp_linux_dmabuf_v1;

namespace pierglass::gfx {

// What a compositor takes as dma-bufs on the surface, as it says at the moment. Present thread.
class DmabufOffers {
 public:
  // A proxy or wrapper on the present thread's queue, or null.
  [[nodiscard]] virtual zwp_linux_dmabuf_v1* factory() const = 0;
  // Changes whenever what linear() gives may have; cheap.
  [[nodiscard]] virtual std::uint64_t serial() const = 0;
  // The modifier by which rows one after the other in `fourcc` are to be offered: LINEAR, or
  // INVALID where only that is taken. Else why not, as a sentence without a full stop.
  [[nodiscard]] virtual std::expected<std::uint64_t, std::string> linear(
      std::uint32_t fourcc) const = 0;

 protected:
  ~DmabufOffers() = default;
};

}  // namespace pierglass::gfx
