// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <chrono>

namespace pierglass {

using Nanoseconds = std::chrono::nanoseconds;

// Unrelated epochs as unrelated types: time points of different clocks cannot be subtracted. Only
// app/presentation_map.hpp converts. Only durations cross the border of the virtual machine.

// CLOCK_MONOTONIC of the machine that runs this code (QPC on Windows).
struct HostClock {
  using duration = Nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<HostClock>;
  static constexpr bool is_steady = true;
  static time_point now() noexcept {
    return time_point(
        std::chrono::duration_cast<duration>(std::chrono::steady_clock::now().time_since_epoch()));
  }
};

// The clock that wp_presentation names; it may be CLOCK_MONOTONIC_RAW (Weston headless).
struct PresentationClock {
  using duration = Nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<PresentationClock>;
  static constexpr bool is_steady = true;
};

using HostTime = HostClock::time_point;
using PresentationTime = PresentationClock::time_point;

}  // namespace pierglass
