// SPDX-License-Identifier: GPL-2.0-or-later
#include "wl/idle_inhibitor.hpp"

#include <idle-inhibit-unstable-v1-client-protocol.h>

#include "wl/registry.hpp"
#include "wl/window.hpp"

namespace pierglass::wl {

void IdleInhibitor::set(bool wanted) {
  if (wanted == wanted_) return;
  wanted_ = wanted;
  if (!wanted) return inhibitor_.reset();
  if (registry_.idle_inhibit_manager() == nullptr) return;
  inhibitor_.reset(zwp_idle_inhibit_manager_v1_create_inhibitor(registry_.idle_inhibit_manager(),
                                                                window_.surface()));
}

}  // namespace pierglass::wl
