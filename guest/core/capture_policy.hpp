// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

#include "base/clock.hpp"
#include "base/error.hpp"

namespace pierglass::guest {

// How to get a lost source back: at once, then every kReinitPause for as long as it says Busy (the
// secure desktop can stay up for hours); any other error ends the capture.
inline constexpr Nanoseconds kReinitPause = std::chrono::milliseconds(200);

enum class ReinitStep : std::uint8_t { Resume, RetryLater, GiveUp };

constexpr ReinitStep after_reinit(const Error* error) {
  if (error == nullptr) return ReinitStep::Resume;
  return error->code == ErrorCode::Busy ? ReinitStep::RetryLater : ReinitStep::GiveUp;
}

}  // namespace pierglass::guest
