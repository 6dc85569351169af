// SPDX-License-Identifier: GPL-2.0-or-later
#include "wl/shortcuts_inhibitor.hpp"

#include <keyboard-shortcuts-inhibit-unstable-v1-client-protocol.h>

#include "input/seat_events.hpp"
#include "wl/registry.hpp"
#include "wl/window.hpp"

namespace pierglass::wl {

struct ShortcutsInhibitorEvents {
  static constexpr zwp_keyboard_shortcuts_inhibitor_v1_listener kInhibitor{
      .active = on<&ShortcutsInhibitor::on_active>,
      .inactive = on<&ShortcutsInhibitor::on_inactive>,
  };
};

void ShortcutsInhibitor::set(bool wanted) {
  wanted_ = wanted;
  update();
}

void ShortcutsInhibitor::use(wl_seat* seat) {
  if (seat == seat_) return;
  proxy_.reset();
  if (active_) on_inactive();
  seat_ = seat;
  update();
}

void ShortcutsInhibitor::update() {
  if (!wanted_) {
    active_ = false;
    return proxy_.reset();
  }
  zwp_keyboard_shortcuts_inhibit_manager_v1* manager = registry_.shortcuts_inhibit_manager();
  if (proxy_ || seat_ == nullptr || manager == nullptr) return;
  proxy_.reset(zwp_keyboard_shortcuts_inhibit_manager_v1_inhibit_shortcuts(
      manager, window_.surface(), seat_));
  zwp_keyboard_shortcuts_inhibitor_v1_add_listener(proxy_.get(),
                                                   &ShortcutsInhibitorEvents::kInhibitor, this);
}

void ShortcutsInhibitor::on_active() noexcept {
  active_ = true;
  events_.on_shortcuts_inhibited(true);
}

void ShortcutsInhibitor::on_inactive() noexcept {
  active_ = false;
  events_.on_shortcuts_inhibited(false);
}

}  // namespace pierglass::wl
