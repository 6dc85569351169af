// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

namespace pierglass::guest {

// With what the program ends; the service reads it from the capture process.
enum class ExitStatus : std::uint8_t {
  Done = 0,              // asked to end, or the last frame is out
  Failed = 1,            // something is missing or wrong that may be mended later: try again
  BadConfiguration = 2,  // options that make no sense: trying again is of no use
  Restart = 3,           // the screen or the memory was lost: at once, in a new process
};

constexpr int to_code(ExitStatus status) {
  return static_cast<int>(status);
}

}  // namespace pierglass::guest
