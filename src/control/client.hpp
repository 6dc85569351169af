// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "control/protocol.hpp"

namespace pierglass::control {

// Asks the running instance of that name and waits for its reply, until `deadline` at most. Any
// thread.
// NotFound: none is running (no folder, no socket, or nobody behind it). NotReady: it does not
// answer in time. Lost: it went away before it answered. VersionMismatch, Corrupt: it is not of
// this release's kind. Unsupported: there is no XDG_RUNTIME_DIR. InvalidArgument: not a name.
Result<Reply> send_request(std::string_view name, const Request& request, HostTime deadline);

}  // namespace pierglass::control
