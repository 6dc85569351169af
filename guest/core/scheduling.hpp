// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

namespace pierglass::guest {

enum class ProcessPriority : std::uint8_t { Normal, AboveNormal, High };

// Of this process' work among all that the GPU has to do.
enum class GpuPriority : std::uint8_t { Normal, High, Realtime };

// How the capture asks Windows to be treated beside a game that wants all there is.
struct SchedulingOptions {
  ProcessPriority process = ProcessPriority::High;
  GpuPriority gpu = GpuPriority::High;
  bool fine_timers = true;    // timers of half a millisecond, where Windows has them
  bool power_saving = false;  // Windows may slow this process down to save energy
  bool mmcss = true;          // the capture thread is one of the multimedia scheduler's
  friend bool operator==(const SchedulingOptions&, const SchedulingOptions&) = default;
};

}  // namespace pierglass::guest
