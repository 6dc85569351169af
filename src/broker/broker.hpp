// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "broker/log.hpp"
#include "broker/settings.hpp"

namespace pierglass::broker {

// Serves all machines of the settings until SIGTERM or SIGINT. The exit status: 0, or 1 after one
// line to the log. The only thread of its process.
int run_broker(const Settings& settings, const LogSink& log);

}  // namespace pierglass::broker
