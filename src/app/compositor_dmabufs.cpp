// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/compositor_dmabufs.hpp"

#include <utility>

#include "base/describe.hpp"

namespace pierglass::app {

namespace {

std::unexpected<std::string> no_dmabufs(const Error& why) {
  return std::unexpected("the compositor takes no dma-bufs: " + describe(why));
}

}  // namespace

std::expected<std::uint64_t, std::string> CompositorDmabufs::linear(std::uint32_t fourcc) const {
  const Result<wl::DmabufOffer>& offer = dmabufs_.offer();
  if (!offer) return no_dmabufs(offer.error());
  if (const auto modifier = offer->linear_modifier(fourcc)) return *modifier;
  return std::unexpected("the compositor takes no dma-bufs of linear rows in this format");
}

// Tranches of other devices, such as that of a screen on another GPU, want other memory.
std::expected<gfx::BufferOffer, std::string> CompositorDmabufs::buffers(
    std::uint32_t fourcc) const {
  const Result<wl::DmabufOffer>& offer = dmabufs_.offer();
  if (!offer) return no_dmabufs(offer.error());
  gfx::BufferOffer buffers{.device = offer->main_device};
  for (const wl::DmabufTranche& tranche : offer->tranches) {
    if (tranche.device != 0 && tranche.device != offer->main_device) continue;
    gfx::ModifierTranche modifiers{.scanout = tranche.scanout};
    for (const wl::DmabufFormat& format : tranche.formats) {
      if (format.fourcc == fourcc) modifiers.modifiers.push_back(format.modifier);
    }
    if (!modifiers.modifiers.empty()) buffers.tranches.push_back(std::move(modifiers));
  }
  if (!buffers.tranches.empty()) return buffers;
  return std::unexpected("the compositor takes no dma-bufs in this format");
}

}  // namespace pierglass::app
