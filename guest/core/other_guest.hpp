// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <span>

#include "base/clock.hpp"

namespace pierglass::guest {

// Several times the period of a guest's heartbeat.
inline constexpr Nanoseconds kWatchForOther = std::chrono::milliseconds(200);

// Whether some guest's heart beats in this memory; two guests in one region would destroy each
// other's frames. Blocks at most kWatchForOther, and not at all where no session is. A frozen guest
// counts as dead. Only reads. `region` is the whole mapping.
bool other_guest_lives(std::span<const std::byte> region);

}  // namespace pierglass::guest
