// SPDX-License-Identifier: GPL-2.0-or-later
#include "wl/registry.hpp"

#include <content-type-v1-client-protocol.h>
#include <fractional-scale-v1-client-protocol.h>
#include <idle-inhibit-unstable-v1-client-protocol.h>
#include <keyboard-shortcuts-inhibit-unstable-v1-client-protocol.h>
#include <linux-dmabuf-unstable-v1-client-protocol.h>
#include <pointer-constraints-unstable-v1-client-protocol.h>
#include <presentation-time-client-protocol.h>
#include <relative-pointer-unstable-v1-client-protocol.h>
#include <tearing-control-v1-client-protocol.h>
#include <viewporter-client-protocol.h>
#include <wayland-client.h>
#include <xdg-activation-v1-client-protocol.h>
#include <xdg-decoration-unstable-v1-client-protocol.h>
#include <xdg-shell-client-protocol.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "wl/display.hpp"

namespace pierglass::wl {

struct RegistryEvents {
  static constexpr wl_registry_listener kRegistry{
      .global = on<&Registry::on_global>,
      .global_remove = on<&Registry::on_global_remove>,
  };
  static constexpr xdg_wm_base_listener kWmBase{.ping = on<&Registry::on_ping>};
  static constexpr zwp_linux_dmabuf_v1_listener kLinuxDmabuf{
      .format = ignored,  // said again with modifiers
      .modifier = on<&Registry::on_modifier>,
  };
  static constexpr wp_presentation_listener kPresentation{.clock_id = on<&Registry::on_clock>};
};

Registry::~Registry() = default;

Result<std::unique_ptr<Registry>> Registry::create(Display& display) {
  std::unique_ptr<Registry> self(new Registry);
  self->registry_.reset(wl_display_get_registry(display.native()));
  wl_registry_add_listener(self->registry_.get(), &RegistryEvents::kRegistry, self.get());
  TRY(display.roundtrip());  // the globals
  TRY(display.roundtrip());  // what they say about themselves
  return self;
}

std::vector<MissingGlobal> Registry::audit() const {
  std::vector<MissingGlobal> missing;
  for (const Need need : {Need::Required, Need::Optional}) {
    for (const GlobalRow& row : global_table()) {
      const Bound& bound = bound_[std::to_underlying(row.global)];
      if (row.need == need && bound.version == 0) missing.push_back({&row, bound.advertised});
    }
  }
  return missing;
}

Result<void> Registry::require() const {
  const std::vector<MissingGlobal> missing = audit();
  if (missing.empty() || missing.front().row->need == Need::Optional) return {};
  const MissingGlobal& first = missing.front();
  return fail(ErrorCode::Unsupported, first.row->name, first.advertised, first.row->min_version);
}

std::uint32_t Registry::version(Global global) const {
  return bound_[std::to_underlying(global)].version;
}

void Registry::on_global(std::uint32_t name, const char* interface,
                         std::uint32_t version) noexcept {
  const auto table = global_table();
  const auto row = std::ranges::find_if(
      table, [&](const GlobalRow& one) { return std::string_view(interface) == one.name; });
  if (row != table.end()) bind(*row, name, version);
}

void Registry::on_global_remove(std::uint32_t name) noexcept {
  // Other objects stay: the compositor ignores requests to those whose global is gone.
  outputs_.remove(name);
  seats_.remove(name);
}

void Registry::on_ping(std::uint32_t serial) noexcept {
  xdg_wm_base_pong(wm_base_.get(), serial);
}

void Registry::on_clock(std::uint32_t clock) noexcept {
  presentation_clock_ = static_cast<clockid_t>(clock);
}

// Before version 4; no more than a table of feedback may have.
void Registry::on_modifier(std::uint32_t fourcc, std::uint32_t high, std::uint32_t low) noexcept {
  if (dmabuf_formats_.size() == kMaxDmabufFormats) return;
  dmabuf_formats_.push_back({.fourcc = fourcc, .modifier = std::uint64_t{high} << 32 | low});
}

void Registry::bind(const GlobalRow& row, std::uint32_t name, std::uint32_t advertised) noexcept {
  Bound& bound = bound_[std::to_underlying(row.global)];
  const std::uint32_t version = version_to_bind(row, advertised);
  // There may be many outputs and seats; of the others the first counts.
  const bool many = row.global == Global::Output || row.global == Global::Seat;
  if (bound.version != 0 && !many) return;
  bound = {.version = version, .advertised = advertised};
  if (version == 0) return;

  void* proxy = wl_registry_bind(registry_.get(), name, row.interface, version);
  switch (row.global) {
    case Global::Compositor:
      return compositor_.reset(static_cast<wl_compositor*>(proxy));
    case Global::WmBase:
      wm_base_.reset(static_cast<xdg_wm_base*>(proxy));
      xdg_wm_base_add_listener(wm_base_.get(), &RegistryEvents::kWmBase, this);
      return;
    case Global::Shm:
      return shm_.reset(static_cast<wl_shm*>(proxy));
    case Global::Output:
      return outputs_.add(static_cast<wl_output*>(proxy), name);
    case Global::Viewporter:
      return viewporter_.reset(static_cast<wp_viewporter*>(proxy));
    case Global::FractionalScaleManager:
      return fractional_scale_manager_.reset(static_cast<wp_fractional_scale_manager_v1*>(proxy));
    case Global::Presentation:
      presentation_.reset(static_cast<wp_presentation*>(proxy));
      wp_presentation_add_listener(presentation_.get(), &RegistryEvents::kPresentation, this);
      return;
    case Global::ContentTypeManager:
      return content_type_manager_.reset(static_cast<wp_content_type_manager_v1*>(proxy));
    case Global::TearingControlManager:
      return tearing_control_manager_.reset(static_cast<wp_tearing_control_manager_v1*>(proxy));
    case Global::DecorationManager:
      return decoration_manager_.reset(static_cast<zxdg_decoration_manager_v1*>(proxy));
    case Global::IdleInhibitManager:
      return idle_inhibit_manager_.reset(static_cast<zwp_idle_inhibit_manager_v1*>(proxy));
    case Global::Activation:
      return activation_.reset(static_cast<xdg_activation_v1*>(proxy));
    case Global::Seat:
      return seats_.add(static_cast<wl_seat*>(proxy), name);
    case Global::RelativePointerManager:
      return relative_pointer_manager_.reset(static_cast<zwp_relative_pointer_manager_v1*>(proxy));
    case Global::PointerConstraints:
      return pointer_constraints_.reset(static_cast<zwp_pointer_constraints_v1*>(proxy));
    case Global::ShortcutsInhibitManager:
      return shortcuts_inhibit_manager_.reset(
          static_cast<zwp_keyboard_shortcuts_inhibit_manager_v1*>(proxy));
    case Global::LinuxDmabuf:
      linux_dmabuf_.reset(static_cast<zwp_linux_dmabuf_v1*>(proxy));
      zwp_linux_dmabuf_v1_add_listener(linux_dmabuf_.get(), &RegistryEvents::kLinuxDmabuf, this);
      return;
    case Global::CursorShapeManager:
      return cursor_shape_manager_.reset(static_cast<wp_cursor_shape_manager_v1*>(proxy));
    case Global::DrmSyncobjManager:
      return drm_syncobj_manager_.reset(static_cast<wp_linux_drm_syncobj_manager_v1*>(proxy));
  }
}

}  // namespace pierglass::wl
