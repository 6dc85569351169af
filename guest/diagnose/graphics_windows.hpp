// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

#include "guest/diagnose/diagnosis.hpp"

namespace pierglass::guest {

// Every adapter and output: what it is, whether `region_bytes` (0: unknown) hold its largest mode,
// HDR, and whether it can be duplicated.
void check_graphics(Diagnosis& diagnosis, std::uint64_t region_bytes);

}  // namespace pierglass::guest
