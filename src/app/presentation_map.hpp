// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <ctime>

#include "base/clock.hpp"

namespace pierglass::app {

// Presentation times as times of our own clock. They come from CLOCK_MONOTONIC as a rule, where the
// two are one; from CLOCK_MONOTONIC_RAW of Weston without a screen; or from any other clock of this
// machine, by what both show now: good for times that are not long ago. One thread.
class PresentationMap {
 public:
  explicit PresentationMap(clockid_t clock = CLOCK_MONOTONIC);

  // This machine has such a clock.
  [[nodiscard]] bool usable() const { return usable_; }
  [[nodiscard]] HostTime to_host(PresentationTime time) const;

 private:
  clockid_t clock_;
  bool usable_;
};

}  // namespace pierglass::app
