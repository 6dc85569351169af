// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

namespace pierglass::guest {

// Whose work the GPU does first: without a raised priority, copies wait for whole frames of a game.
// Realtime may hang some drivers.
enum class GpuPriority : std::uint8_t { Normal, High, Realtime };

}  // namespace pierglass::guest
