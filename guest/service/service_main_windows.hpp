// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "guest/core/exit_status.hpp"

namespace pierglass::guest {

// What Windows' service manager starts; returns when the service has stopped. Failed at once, after
// one sentence, when anybody else starts it.
ExitStatus run_service();

}  // namespace pierglass::guest
