// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <d3d11.h>

#include <string>

#include "guest/capture/picture_carrier.hpp"

namespace pierglass::test {

// Adds an engine that copies through a staging texture of its own to the options: right, wrong (one
// byte is another) or failing (after some copies). It says on standard error when it is used, and
// when it is not any more and why.
void add_engine(guest::CarryOptions& carry, const std::string& kind);

}  // namespace pierglass::test
