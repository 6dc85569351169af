// SPDX-License-Identifier: GPL-2.0-or-later
// A time of one clock is not a time of another.
// expect: could not convert|no viable conversion
#include "base/clock.hpp"

pierglass::HostTime now([[maybe_unused]] pierglass::PresentationTime presented) {
#ifdef WRONG
  return presented;
#else
  return pierglass::HostClock::now();
#endif
}
