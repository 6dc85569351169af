// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/capture/pointer_settings.hpp"

#include <windows.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace pierglass::guest {
namespace {

constexpr Nanoseconds kPeriod = std::chrono::seconds(2);

}  // namespace

void PointerSettings::read(ring::CursorState& state, HostTime now) {
  if (now < due_) return;
  due_ = now + kPeriod;
  std::array<int, 3> mouse{};  // two thresholds and the acceleration
  int speed = 0;
  if (SystemParametersInfoW(SPI_GETMOUSE, 0, mouse.data(), 0)) state.acceleration = mouse[2] != 0;
  if (SystemParametersInfoW(SPI_GETMOUSESPEED, 0, &speed, 0))
    state.speed = static_cast<std::uint32_t>(std::clamp(speed, 1, 20));
}

}  // namespace pierglass::guest
