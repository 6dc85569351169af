// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "guest/core/exit_status.hpp"
#include "guest/options.hpp"

namespace pierglass::guest {

// Carries out Verb::Install, Uninstall, Start, Stop or Status, waits until it has come true, and
// says so, or says in one sentence why not. Status is Failed when the service does not run.
ExitStatus control_service(Verb verb);

enum class ServiceState : std::uint8_t { NotInstalled, Stopped, Running, Changing, Unknown };
ServiceState service_state();

}  // namespace pierglass::guest
