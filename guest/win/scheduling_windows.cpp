// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/win/scheduling_windows.hpp"

#include <windows.h>
// windows.h first
#include <avrt.h>

#include <cstdint>
#include <cstdio>

#include "guest/win/find_function_windows.hpp"
#include "guest/win/privilege_windows.hpp"

namespace pierglass::guest {
namespace {

constexpr ULONG kFinestTimer = 5000;  // in 100 ns: half a millisecond

// d3dkmthk.h, which mingw lacks: D3DKMT_SCHEDULINGPRIORITYCLASS.
enum class GpuClass : int { Normal = 2, High = 4, Realtime = 5 };

// processthreadsapi.h since Windows 11; Windows 10 knows only the first of the two bits.
constexpr ULONG kExecutionSpeed = 0x1, kIgnoreTimerResolution = 0x4;

std::string refused(const char* what, long status) {
  char text[96];
  std::snprintf(text, sizeof text, "%s refused (0x%lx)", what,
                static_cast<unsigned long>(status) & 0xffffffffUL);
  return text;
}

std::string set_process_priority(ProcessPriority priority) {
  struct Row {
    DWORD value;
    const char* name;
  };
  static constexpr Row kRows[] = {{NORMAL_PRIORITY_CLASS, "process priority normal"},
                                  {ABOVE_NORMAL_PRIORITY_CLASS, "process priority above normal"},
                                  {HIGH_PRIORITY_CLASS, "process priority high"}};
  const Row& row = kRows[static_cast<std::size_t>(priority)];
  if (SetPriorityClass(GetCurrentProcess(), row.value)) return row.name;
  return refused(row.name, static_cast<long>(GetLastError()));
}

std::string set_gpu_priority(GpuPriority priority) {
  struct Row {
    GpuClass value;
    const char* name;
  };
  static constexpr Row kRows[] = {{GpuClass::Normal, "GPU priority normal"},
                                  {GpuClass::High, "GPU priority high"},
                                  {GpuClass::Realtime, "GPU priority realtime"}};
  const Row& row = kRows[static_cast<std::size_t>(priority)];
  using SetClass = LONG(WINAPI*)(HANDLE, GpuClass);
  const auto set = find_function<SetClass>(L"gdi32.dll", "D3DKMTSetProcessSchedulingPriorityClass");
  if (set == nullptr) return std::string(row.name) + " unknown to this Windows";
  const LONG status = set(GetCurrentProcess(), row.value);
  return status >= 0 ? row.name : refused(row.name, status);
}

std::string set_timers(bool fine) {
  if (!fine) return "timers usual";
  using SetResolution = LONG(WINAPI*)(ULONG, BOOLEAN, ULONG*);
  const auto set = find_function<SetResolution>(L"ntdll.dll", "NtSetTimerResolution");
  if (set == nullptr) return "fine timers unknown to this Windows";
  ULONG now = 0;
  const LONG status = set(kFinestTimer, TRUE, &now);
  if (status < 0) return refused("fine timers", status);
  return "timers " + std::to_string(now / 10) + " us";
}

std::string set_power_saving(bool allowed) {
  if (allowed) return "power saving as Windows likes";
  PROCESS_POWER_THROTTLING_STATE state{};
  state.Version = PROCESS_POWER_THROTTLING_CURRENT_VERSION;
  for (const ULONG mask : {kExecutionSpeed | kIgnoreTimerResolution, kExecutionSpeed}) {
    state.ControlMask = mask;  // StateMask 0: what is controlled is off
    if (SetProcessInformation(GetCurrentProcess(), ProcessPowerThrottling, &state, sizeof state))
      return mask == kExecutionSpeed ? "power saving off, but for timers" : "power saving off";
  }
  return refused("power saving off", static_cast<long>(GetLastError()));
}

}  // namespace

std::string schedule_process(const SchedulingOptions& options) {
  // Priority above normal is a privilege, which even an administrator must switch on.
  enable_privilege(L"SeIncreaseBasePriorityPrivilege");
  return set_process_priority(options.process) + ", " + set_gpu_priority(options.gpu) + ", " +
         set_timers(options.fine_timers) + ", " + set_power_saving(options.power_saving);
}

std::string schedule_capture_thread() {
  DWORD index = 0;
  const HANDLE task = AvSetMmThreadCharacteristicsW(L"Capture", &index);
  if (task == nullptr) return refused("MMCSS", static_cast<long>(GetLastError()));
  if (!AvSetMmThreadPriority(task, AVRT_PRIORITY_CRITICAL))
    return refused("MMCSS priority", static_cast<long>(GetLastError()));
  return "capture thread in MMCSS";
}

}  // namespace pierglass::guest
