// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <ctime>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "wl/dmabuf_offer.hpp"
#include "wl/globals.hpp"
#include "wl/listener.hpp"
#include "wl/outputs.hpp"
#include "wl/proxy.hpp"
#include "wl/seats.hpp"

namespace pierglass::wl {

class Display;

// A row of the table that this compositor does not offer (or only in too old a version).
struct MissingGlobal {
  const GlobalRow* row;
  std::uint32_t advertised;  // 0: not at all
};

// The compositor's globals, bound by the table in globals.cpp. Main thread; must end after every
// object made from its globals and before the display.
class Registry : Pinned {
 public:
  // Binds what there is; blocks for two round trips. Missing globals are no error here: see
  // audit().
  static Result<std::unique_ptr<Registry>> create(Display& display);
  ~Registry();

  // What is missing, required ones first. Print the rows' sentences once at the start.
  [[nodiscard]] std::vector<MissingGlobal> audit() const;

  // Fails with Unsupported, `what` the first missing required interface.
  [[nodiscard]] Result<void> require() const;

  // The version bound; 0 when missing.
  [[nodiscard]] std::uint32_t version(Global global) const;

  // Null when missing, which the required three are not after require().
  [[nodiscard]] wl_compositor* compositor() const { return compositor_.get(); }
  [[nodiscard]] xdg_wm_base* wm_base() const { return wm_base_.get(); }
  [[nodiscard]] wl_shm* shm() const { return shm_.get(); }
  [[nodiscard]] wp_viewporter* viewporter() const { return viewporter_.get(); }
  [[nodiscard]] wp_fractional_scale_manager_v1* fractional_scale_manager() const {
    return fractional_scale_manager_.get();
  }
  [[nodiscard]] wp_presentation* presentation() const { return presentation_.get(); }
  [[nodiscard]] wp_content_type_manager_v1* content_type_manager() const {
    return content_type_manager_.get();
  }
  [[nodiscard]] wp_tearing_control_manager_v1* tearing_control_manager() const {
    return tearing_control_manager_.get();
  }
  [[nodiscard]] zxdg_decoration_manager_v1* decoration_manager() const {
    return decoration_manager_.get();
  }
  [[nodiscard]] zwp_idle_inhibit_manager_v1* idle_inhibit_manager() const {
    return idle_inhibit_manager_.get();
  }
  [[nodiscard]] xdg_activation_v1* activation() const { return activation_.get(); }

  [[nodiscard]] zwp_relative_pointer_manager_v1* relative_pointer_manager() const {
    return relative_pointer_manager_.get();
  }
  [[nodiscard]] zwp_pointer_constraints_v1* pointer_constraints() const {
    return pointer_constraints_.get();
  }
  [[nodiscard]] zwp_keyboard_shortcuts_inhibit_manager_v1* shortcuts_inhibit_manager() const {
    return shortcuts_inhibit_manager_.get();
  }
  [[nodiscard]] zwp_linux_dmabuf_v1* linux_dmabuf() const { return linux_dmabuf_.get(); }
  [[nodiscard]] wp_cursor_shape_manager_v1* cursor_shape_manager() const {
    return cursor_shape_manager_.get();
  }
  [[nodiscard]] wp_linux_drm_syncobj_manager_v1* drm_syncobj_manager() const {
    return drm_syncobj_manager_.get();
  }
  // What linux_dmabuf() takes before version 4; later ones say it by feedback
  // (surface_dmabufs.hpp).
  [[nodiscard]] const std::vector<DmabufFormat>& dmabuf_formats() const { return dmabuf_formats_; }

  [[nodiscard]] Outputs& outputs() { return outputs_; }
  [[nodiscard]] Seats& seats() { return seats_; }

  // The clock that presentation times are in; CLOCK_MONOTONIC until the compositor says otherwise.
  [[nodiscard]] clockid_t presentation_clock() const { return presentation_clock_; }

 private:
  friend struct RegistryEvents;
  struct Bound {
    std::uint32_t name = 0;  // the compositor's number for it
    std::uint32_t version = 0;
    std::uint32_t advertised = 0;
  };

  Registry() = default;
  void on_global(std::uint32_t name, const char* interface, std::uint32_t version) noexcept;
  void on_global_remove(std::uint32_t name) noexcept;
  void on_ping(std::uint32_t serial) noexcept;
  void on_clock(std::uint32_t clock) noexcept;
  void on_modifier(std::uint32_t fourcc, std::uint32_t high, std::uint32_t low) noexcept;
  void bind(const GlobalRow& row, std::uint32_t name, std::uint32_t version) noexcept;

  Proxy<wl_registry> registry_;
  Proxy<wl_compositor> compositor_;
  Proxy<xdg_wm_base> wm_base_;
  Proxy<wl_shm> shm_;
  Proxy<wp_viewporter> viewporter_;
  Proxy<wp_fractional_scale_manager_v1> fractional_scale_manager_;
  Proxy<wp_presentation> presentation_;
  Proxy<wp_content_type_manager_v1> content_type_manager_;
  Proxy<wp_tearing_control_manager_v1> tearing_control_manager_;
  Proxy<zxdg_decoration_manager_v1> decoration_manager_;
  Proxy<zwp_idle_inhibit_manager_v1> idle_inhibit_manager_;
  Proxy<xdg_activation_v1> activation_;
  Proxy<zwp_relative_pointer_manager_v1> relative_pointer_manager_;
  Proxy<zwp_pointer_constraints_v1> pointer_constraints_;
  Proxy<zwp_keyboard_shortcuts_inhibit_manager_v1> shortcuts_inhibit_manager_;
  Proxy<zwp_linux_dmabuf_v1> linux_dmabuf_;
  Proxy<wp_cursor_shape_manager_v1> cursor_shape_manager_;
  Proxy<wp_linux_drm_syncobj_manager_v1> drm_syncobj_manager_;
  std::vector<DmabufFormat> dmabuf_formats_;
  Outputs outputs_;
  Seats seats_;
  std::array<Bound, kGlobalCount> bound_{};
  clockid_t presentation_clock_ = CLOCK_MONOTONIC;
};

}  // namespace pierglass::wl
