// SPDX-License-Identifier: GPL-2.0-or-later
#include "compat/dialect.hpp"

#include <array>

namespace pierglass::compat {

std::span<const Dialect* const> dialects() {
  static constexpr std::array<const Dialect*, 2> kAll{&kReleaseB7, &kKvmfr34};
  return kAll;
}

}  // namespace pierglass::compat
