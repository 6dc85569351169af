// SPDX-License-Identifier: GPL-2.0-or-later
// A result must be looked at.
// expect: nodiscard
#include "base/result.hpp"

pierglass::Result<void> start();

bool begin() {
#ifdef WRONG
  start();
  return true;
#else
  return start().has_value();
#endif
}
