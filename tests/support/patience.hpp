// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdlib>

namespace pierglass::test {

// How long to wait for what normally takes a small part of `usual`: so many times as long as
// PIERGLASS_SLOWNESS says, for emulated machines; at least `usual`.
[[nodiscard]] inline std::chrono::seconds patience(std::chrono::seconds usual) {
  const char* times = std::getenv("PIERGLASS_SLOWNESS");
  return usual * std::max(times == nullptr ? 1 : std::atoi(times), 1);
}

}  // namespace pierglass::test
