// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>

#include "app/options.hpp"
#include "app/start.hpp"

namespace pierglass::app {

// What main does next: run the client, or exit because everything was done or said on stderr.
struct OneKey {
  std::optional<Start> start;
  int exit_status = 0;
};

// Everything before a window exists. Reaches the running instance for `toggle` and `send`; becomes
// the one that runs for `toggle` when there is none, and for a plain start. Takes the activation
// token out of the environment, so call it before there is a second thread. Blocks until the
// running instance answers, a few seconds at most. What parsing ended without options, it ends too.
OneKey one_key(const ParsedOptions& parsed);

}  // namespace pierglass::app
