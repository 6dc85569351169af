// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/compositor_dmabufs.hpp"

#include "base/describe.hpp"

namespace pierglass::app {

std::expected<std::uint64_t, std::string> CompositorDmabufs::linear(std::uint32_t fourcc) const {
  const Result<wl::DmabufOffer>& offer = dmabufs_.offer();
  if (!offer) {
    return std::unexpected("the compositor takes no dma-bufs: " + describe(offer.error()));
  }
  if (const auto modifier = offer->linear_modifier(fourcc)) return *modifier;
  return std::unexpected("the compositor takes no dma-bufs of linear rows in this format");
}

}  // namespace pierglass::app
