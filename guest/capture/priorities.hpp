// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.hpp"
#include "guest/core/gpu_priority.hpp"

namespace pierglass::guest {

// For this process; before a device is made. Needs the right to raise priorities, which services
// and administrators have. PermissionDenied: it does not have it. Unsupported: this Windows lacks
// the call.
Result<void> set_gpu_priority(GpuPriority priority);

// Makes the calling thread one of those that Windows runs first for capturing, for as long as it
// lives.
Result<void> join_capture_threads();

}  // namespace pierglass::guest
