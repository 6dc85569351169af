// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <span>

#include "guest/diagnose/diagnosis.hpp"
#include "guest/options.hpp"

namespace pierglass::guest {

// Captures for a second as the options say, and says how long a look and the copy of a picture
// take. Pictures go into `to`; where that is too small, into ordinary memory.
void check_stages(Diagnosis& diagnosis, const GuestOptions& options, std::span<std::byte> to);

}  // namespace pierglass::guest
