// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "app/options.hpp"
#include "app/start.hpp"

namespace pierglass::app {

// The whole client: opens memory and window, presents until closed or interrupted. Returns the exit
// status: 0 after a close or a signal, 1 after an error, which has then been said on stderr.
int run_client(const Options& options, Start start);

}  // namespace pierglass::app
