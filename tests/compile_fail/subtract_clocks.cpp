// SPDX-License-Identifier: GPL-2.0-or-later
// Times of different clocks have no distance.
// expect: no match for|invalid operands
#include "base/clock.hpp"

pierglass::Nanoseconds since([[maybe_unused]] pierglass::HostTime committed,
                             pierglass::PresentationTime presented,
                             [[maybe_unused]] pierglass::PresentationTime previous) {
#ifdef WRONG
  return presented - committed;
#else
  return presented - previous;
#endif
}
