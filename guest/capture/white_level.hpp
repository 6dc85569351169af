// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <windows.h>

#include <cstdint>
#include <optional>

namespace pierglass::guest {

// How bright Windows shows SDR white on one output; the user may change it at any time. One thread.
class WhiteLevel {
 public:
  // From now on of the output with this device name, \\.\DISPLAY1. Asks Windows for all paths.
  void follow(const wchar_t* device_name);

  // 1/1000 cd/m2; 0: unknown. One short call.
  [[nodiscard]] std::uint32_t millinits() const;

 private:
  struct Target {
    LUID adapter;
    UINT32 id;
  };
  std::optional<Target> target_;
};

}  // namespace pierglass::guest
