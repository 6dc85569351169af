// SPDX-License-Identifier: GPL-2.0-or-later
// Only plain records may be copied out of shared memory.
// expect: constraints not satisfied|constraint
#include <cstdint>
#include <string>

#include "base/checked.hpp"

#ifdef WRONG
using Record = std::string;
#else
using Record = std::uint64_t;
#endif

Record read(const void* shared) {
  return pierglass::snapshot<Record>(shared);
}
