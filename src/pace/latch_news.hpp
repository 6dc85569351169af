// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>

#include "base/clock.hpp"

namespace pierglass::pace {

// Which predicted moments are worth telling the guest: each once, and again when it turns out to be
// another, but not more often than kSpacing; and once that none is known any more. One thread.
class LatchNews {
 public:
  static constexpr Nanoseconds kSpacing = std::chrono::milliseconds(4);
  // What no guest could make use of.
  static constexpr Nanoseconds kAlike = std::chrono::microseconds(100);

  // What to tell at `now`: how long until `latch`; zero: it is not known any more. Nothing: the
  // guest knows already, or will be told later.
  std::optional<Nanoseconds> news(HostTime now, std::optional<HostTime> latch);

 private:
  std::optional<HostTime> told_;
  HostTime next_{-std::chrono::hours(1)};  // not before
};

}  // namespace pierglass::pace
