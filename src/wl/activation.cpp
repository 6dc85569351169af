// SPDX-License-Identifier: GPL-2.0-or-later
#include "wl/activation.hpp"

#include <xdg-activation-v1-client-protocol.h>

#include "wl/registry.hpp"
#include "wl/window.hpp"

namespace pierglass::wl {

struct ActivationEvents {
  static constexpr xdg_activation_token_v1_listener kToken{.done = on<&Activation::on_done>};
};

void Activation::request() {
  if (token_ || registry_.activation() == nullptr) return;
  token_.reset(xdg_activation_v1_get_activation_token(registry_.activation()));
  xdg_activation_token_v1_add_listener(token_.get(), &ActivationEvents::kToken, this);
  xdg_activation_token_v1_set_app_id(token_.get(), window_.app_id().c_str());
  xdg_activation_token_v1_set_surface(token_.get(), window_.surface());
  xdg_activation_token_v1_commit(token_.get());
}

void Activation::activate(const std::string& token) {
  // libwayland ends the program for a message of more than 4 KiB.
  const bool usable = !token.empty() && token.size() <= kMaxToken;
  if (!usable || registry_.activation() == nullptr) return;
  xdg_activation_v1_activate(registry_.activation(), token.c_str(), window_.surface());
}

void Activation::on_done(const char* token) noexcept {
  xdg_activation_v1_activate(registry_.activation(), token, window_.surface());
  token_.reset();
}

}  // namespace pierglass::wl
