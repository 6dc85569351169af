// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <string>

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
  // Uses a token that another program got for us: a launcher (XDG_ACTIVATION_TOKEN in the
  // environment) or one of ours that was told to show the window. Before the first buffer it also
  // decides where the window appears. One that is empty or longer than kMaxToken, and any without
  // the compositor's support, is dropped.
  void activate(const std::string& token);
  static constexpr std::size_t kMaxToken = 1024;
  [[nodiscard]] bool under_way() const { return static_cast<bool>(token_); }

 private:
  friend struct ActivationEvents;
  void on_done(const char* token) noexcept;

  Registry& registry_;
  Window& window_;
  Proxy<xdg_activation_token_v1> token_;  // from request() to the compositor's answer
};

}  // namespace pierglass::wl
