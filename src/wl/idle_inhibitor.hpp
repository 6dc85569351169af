// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "wl/proxy.hpp"

namespace pierglass::wl {

class Registry;
class Window;

// Keeps the screen that shows the window from going dark or locking while set. The compositor
// itself disregards it while the window cannot be seen. Main thread; must end before the window.
class IdleInhibitor {
 public:
  IdleInhibitor(Registry& registry, Window& window) : registry_(registry), window_(window) {}

  // Takes effect with the next flush. Without the compositor's support nothing happens.
  void set(bool wanted);
  [[nodiscard]] bool wanted() const { return wanted_; }

 private:
  Registry& registry_;
  Window& window_;
  bool wanted_ = false;
  Proxy<zwp_idle_inhibitor_v1> inhibitor_;
};

}  // namespace pierglass::wl
