// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <memory>

#include "guest/core/waiter.hpp"

namespace pierglass::guest {

// Waits on a high-resolution timer (Windows 10 1803 and later; about 0.5 ms) or on an ordinary one
// under a raised timer rate. Null when Windows cannot give a timer or an event.
std::unique_ptr<Waiter> make_windows_waiter();

}  // namespace pierglass::guest
