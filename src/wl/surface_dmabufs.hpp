// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

#include "base/result.hpp"
#include "wl/dmabuf_offer.hpp"
#include "wl/listener.hpp"
#include "wl/proxy.hpp"

struct wl_array;

namespace pierglass::wl {

class Registry;

// What the compositor takes as dma-bufs on one surface, as it says now; it may change its mind with
// each dispatch of the queue, such as when the window begins to fill a screen. Made by the main
// thread, then used by the thread that dispatches `queue`, before which it ends.
class SurfaceDmabufs : Pinned {
 public:
  SurfaceDmabufs(Registry& registry, wl_surface* surface, wl_event_queue* queue);
  ~SurfaceDmabufs();

  // Buffers made by it send their events to the queue. Null: there is no zwp_linux_dmabuf_v1.
  [[nodiscard]] zwp_linux_dmabuf_v1* factory() const { return factory_.get(); }

  // NotReady: not told yet. Unsupported: factory() is null. Others: what is wrong with what it
  // told.
  [[nodiscard]] const Result<DmabufOffer>& offer() const { return offer_; }

  // Changes whenever offer() may have.
  [[nodiscard]] std::uint64_t serial() const { return serial_; }

 private:
  friend struct DmabufListeners;
  void on_done() noexcept;
  void on_format_table(std::int32_t file, std::uint32_t bytes) noexcept;
  void on_main_device(wl_array* device) noexcept;
  void on_tranche_done() noexcept;
  void on_target_device(wl_array* device) noexcept;
  void on_formats(wl_array* indices) noexcept;
  void on_flags(std::uint32_t flags) noexcept;

  Wrapper<zwp_linux_dmabuf_v1> factory_;
  Proxy<zwp_linux_dmabuf_feedback_v1> proxy_;
  DmabufFeedback feedback_;
  Result<DmabufOffer> offer_;
  std::uint64_t serial_ = 0;
};

}  // namespace pierglass::wl
