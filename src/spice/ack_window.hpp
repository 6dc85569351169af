// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

namespace pierglass::spice {

// When a server must hear that we keep up: once for each `window` messages that it sent. It stops
// sending two windows ahead.
class AckWindow {
 public:
  // The server names a window; 0: it does not want to hear anything.
  void restart(std::uint32_t window) {
    window_ = window;
    received_ = 0;
  }

  // A message came; true when an ACK is due now.
  [[nodiscard]] bool count() {
    if (window_ == 0 || ++received_ < window_) return false;
    received_ = 0;
    return true;
  }

 private:
  std::uint32_t window_ = 0;
  std::uint32_t received_ = 0;
};

}  // namespace pierglass::spice
