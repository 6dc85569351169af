// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

#include "guest/core/scheduling.hpp"

namespace pierglass::guest {

// Asks Windows for all of it but MMCSS, which is a thread's. Before a graphics device is made. What
// came of it in one line: "process priority high, GPU priority refused (0xc0000022), ...".
std::string schedule_process(const SchedulingOptions& options);

// Makes the calling thread, until its end, one of the multimedia class scheduler's task "Capture",
// at critical priority. "capture thread in MMCSS", or why it is not.
std::string schedule_capture_thread();

}  // namespace pierglass::guest
