// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <source_location>

#include "base/result.hpp"

namespace pierglass::compat {

// Corrupt, with the field's name (a literal) and what stood there, unless `ok`.
inline Result<void> require(bool ok, const char* field, std::uint64_t got,
                            std::source_location where = std::source_location::current()) {
  if (!ok) return fail(ErrorCode::Corrupt, field, got, 0, where);
  return {};
}

}  // namespace pierglass::compat
