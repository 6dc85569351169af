// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "wl/listener.hpp"
#include "wl/proxy.hpp"

namespace pierglass::wl {

class Registry;
class Window;

// Draws the user's attention to the window. How is the compositor's choice: without an input event
// behind the request most mark the window as urgent and leave the focus where it is. Main thread;
// must end before the window.
class Activation : Pinned {
 public:
  Activation(Registry& registry, Window& window) : registry_(registry), window_(window) {}

  // Takes effect once the compositor has answered. Nothing while one request is under way, or
  // without the compositor's support.
  void request();
  [[nodiscard]] bool under_way() const { return static_cast<bool>(token_); }

 private:
  friend struct ActivationEvents;
  void on_done(const char* token) noexcept;

  Registry& registry_;
  Window& window_;
  Proxy<xdg_activation_token_v1> token_;  // from request() to the compositor's answer
};

}  // namespace pierglass::wl
