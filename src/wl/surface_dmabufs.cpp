// SPDX-License-Identifier: GPL-2.0-or-later
#include "wl/surface_dmabufs.hpp"

#include <linux-dmabuf-unstable-v1-client-protocol.h>
#include <wayland-client.h>

#include <span>
#include <utility>

#include "base/fd.hpp"
#include "wl/format_table.hpp"
#include "wl/registry.hpp"

namespace pierglass::wl {

struct DmabufListeners {
  static constexpr zwp_linux_dmabuf_feedback_v1_listener kFeedback{
      .done = on<&SurfaceDmabufs::on_done>,
      .format_table = on<&SurfaceDmabufs::on_format_table>,
      .main_device = on<&SurfaceDmabufs::on_main_device>,
      .tranche_done = on<&SurfaceDmabufs::on_tranche_done>,
      .tranche_target_device = on<&SurfaceDmabufs::on_target_device>,
      .tranche_formats = on<&SurfaceDmabufs::on_formats>,
      .tranche_flags = on<&SurfaceDmabufs::on_flags>,
  };
};

namespace {

std::span<const std::byte> bytes_of(const wl_array* array) {
  return {static_cast<const std::byte*>(array->data), array->size};
}

}  // namespace

SurfaceDmabufs::SurfaceDmabufs(Registry& registry, wl_surface* surface, wl_event_queue* queue)
    : factory_(wrap(registry.linux_dmabuf(), queue)),
      offer_(fail(ErrorCode::Unsupported, "zwp_linux_dmabuf_v1")) {
  if (!factory_) return;
  if (registry.version(Global::LinuxDmabuf) <
      ZWP_LINUX_DMABUF_V1_GET_SURFACE_FEEDBACK_SINCE_VERSION) {
    offer_ = DmabufOffer{.tranches = {DmabufTranche{.formats = registry.dmabuf_formats()}}};
    return;
  }
  offer_ = fail(ErrorCode::NotReady, "what the compositor takes as dma-bufs");
  proxy_.reset(zwp_linux_dmabuf_v1_get_surface_feedback(factory_.get(), surface));
  zwp_linux_dmabuf_feedback_v1_add_listener(proxy_.get(), &DmabufListeners::kFeedback, this);
}

SurfaceDmabufs::~SurfaceDmabufs() = default;

void SurfaceDmabufs::on_done() noexcept {
  offer_ = feedback_.on_done();
  ++serial_;
}

void SurfaceDmabufs::on_format_table(std::int32_t file, std::uint32_t bytes) noexcept {
  const Fd table(file);
  feedback_.on_format_table(read_format_table(table.get(), bytes));
}

void SurfaceDmabufs::on_main_device(wl_array* device) noexcept {
  feedback_.on_main_device(bytes_of(device));
}

void SurfaceDmabufs::on_tranche_done() noexcept {
  feedback_.on_tranche_done();
}

void SurfaceDmabufs::on_target_device(wl_array* device) noexcept {
  feedback_.on_target_device(bytes_of(device));
}

void SurfaceDmabufs::on_formats(wl_array* indices) noexcept {
  feedback_.on_formats(bytes_of(indices));
}

void SurfaceDmabufs::on_flags(std::uint32_t flags) noexcept {
  feedback_.on_flags(flags);
}

}  // namespace pierglass::wl
