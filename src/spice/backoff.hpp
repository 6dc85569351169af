// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <algorithm>
#include <chrono>

#include "base/clock.hpp"

namespace pierglass::spice {

// How long to wait before connecting again.
struct BackoffLimits {
  Nanoseconds first = std::chrono::milliseconds(100);  // doubles with each failure
  Nanoseconds longest = std::chrono::seconds(2);
  // A wrong password may have been set anew; asking more often would look like guessing.
  Nanoseconds wrong_password = std::chrono::seconds(30);
  // A connection that was shorter than this counts as a failure.
  Nanoseconds lasted = std::chrono::seconds(2);
};

class Backoff {
 public:
  explicit Backoff(BackoffLimits limits) : limits_(limits), next_(limits.first) {}

  // After a failure.
  [[nodiscard]] Nanoseconds next() {
    const Nanoseconds now = next_;
    next_ = std::min(next_ * 2, limits_.longest);
    return now;
  }
  [[nodiscard]] Nanoseconds after_wrong_password() const { return limits_.wrong_password; }

  // True when a connection of that length is as good as any: the next wait is short again.
  bool ended_after(Nanoseconds lasted) {
    if (lasted < limits_.lasted) return false;
    next_ = limits_.first;
    return true;
  }

 private:
  BackoffLimits limits_;
  Nanoseconds next_;
};

}  // namespace pierglass::spice
