// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "guest/core/exit_status.hpp"
#include "guest/options.hpp"

namespace pierglass::guest {

// Tests what the capture needs and prints the report; takes some seconds, in which the screen is
// captured and the shared memory written to, unless somebody publishes there. Done: all is well;
// else Failed.
ExitStatus diagnose(const GuestOptions& options);

}  // namespace pierglass::guest
