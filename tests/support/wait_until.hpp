// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <chrono>
#include <concepts>
#include <thread>

namespace pierglass::test {

// Asks `condition` every few milliseconds until it holds or `timeout` has passed; says which. The
// condition is asked at least once, and once more after the last wait.
template <std::predicate Condition>
[[nodiscard]] bool wait_until(Condition condition, std::chrono::nanoseconds timeout,
                              std::chrono::nanoseconds interval = std::chrono::milliseconds(5)) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(interval);
  }
  return true;
}

}  // namespace pierglass::test
