// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdlib>
#include <source_location>

#include "base/result.hpp"

namespace pierglass::fuzz {

// What must hold of every value that a parser accepted; a finding when it does not.
inline void require(bool holds, const char* what,
                    std::source_location where = std::source_location::current()) {
  if (!holds) die(what, where);
}

}  // namespace pierglass::fuzz
