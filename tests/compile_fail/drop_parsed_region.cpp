// SPDX-License-Identifier: GPL-2.0-or-later
// Parsing a region without looking at the outcome checks nothing.
// expect: nodiscard
#include "wire/parse.hpp"

bool is_region(std::span<const std::byte> bytes) {
#ifdef WRONG
  pierglass::wire::parse_region(bytes);
  return true;
#else
  return pierglass::wire::parse_region(bytes).has_value();
#endif
}
