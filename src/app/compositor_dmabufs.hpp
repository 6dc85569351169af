// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <memory>

#include "gfx/dmabuf_offers.hpp"
#include "gfx/dmabuf_question.hpp"
#include "wl/surface_dmabufs.hpp"

namespace pierglass::app {

// What the compositor takes as dma-bufs, for the presenter. `dmabufs` is borrowed, and its
// thread's.
class CompositorDmabufs final : public gfx::DmabufOffers {
 public:
  explicit CompositorDmabufs(const wl::SurfaceDmabufs& dmabufs) : dmabufs_(dmabufs) {}

  [[nodiscard]] zwp_linux_dmabuf_v1* factory() const override { return dmabufs_.factory(); }
  [[nodiscard]] gfx::UnheardAnswers& unheard() const override { return *unheard_; }
  [[nodiscard]] std::uint64_t serial() const override { return dmabufs_.serial(); }
  [[nodiscard]] std::expected<std::uint64_t, std::string> linear(
      std::uint32_t fourcc) const override;
  [[nodiscard]] std::expected<gfx::BufferOffer, std::string> buffers(
      std::uint32_t fourcc) const override;

 private:
  const wl::SurfaceDmabufs& dmabufs_;
  std::unique_ptr<gfx::UnheardAnswers> unheard_ = std::make_unique<gfx::UnheardAnswers>();
};

}  // namespace pierglass::app
