// SPDX-License-Identifier: GPL-2.0-or-later
// A peer's numbers are checked as unsigned ones: a negative size would pass an upper bound.
// expect: constraints not satisfied|constraint
#include <cstdint>

#include "base/checked.hpp"

#ifdef WRONG
using Number = std::int64_t;
#else
using Number = std::uint64_t;
#endif

bool fits(Number a, Number b) {
  return pierglass::checked_mul(a, b).has_value();
}
