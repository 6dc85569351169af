// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/capture/priorities.hpp"

#include <windows.h>
// windows.h first
#include <avrt.h>

#include "base/handle.hpp"

namespace pierglass::guest {
namespace {

struct TokenTraits {
  using Value = HANDLE;
  static Value invalid() { return nullptr; }
  static void close(Value token) noexcept { CloseHandle(token); }
};

// D3DKMT_SCHEDULINGPRIORITYCLASS, which mingw's headers lack.
int class_of(GpuPriority priority) {
  switch (priority) {
    case GpuPriority::High:
      return 4;
    case GpuPriority::Realtime:
      return 5;
    case GpuPriority::Normal:
      break;
  }
  return 2;
}

// A right that the account has must also be switched on.
void enable_raising() {
  HANDLE raw = nullptr;
  if (!OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY, &raw)) return;
  const Handle<TokenTraits> token(raw);
  TOKEN_PRIVILEGES wanted{};
  wanted.PrivilegeCount = 1;
  wanted.Privileges[0].Attributes = SE_PRIVILEGE_ENABLED;
  if (!LookupPrivilegeValueW(nullptr, SE_INC_BASE_PRIORITY_NAME, &wanted.Privileges[0].Luid))
    return;
  AdjustTokenPrivileges(token.get(), FALSE, &wanted, 0, nullptr, nullptr);
}

}  // namespace

Result<void> set_gpu_priority(GpuPriority priority) {
  using SetClass = LONG(WINAPI*)(HANDLE, int);
  const HMODULE gdi = GetModuleHandleW(L"gdi32.dll");
  const FARPROC found =
      gdi == nullptr ? nullptr : GetProcAddress(gdi, "D3DKMTSetProcessSchedulingPriorityClass");
  if (found == nullptr) return fail(ErrorCode::Unsupported, "GPU priority");
  enable_raising();
  const auto set_class = reinterpret_cast<SetClass>(reinterpret_cast<void*>(found));
  const LONG status = set_class(GetCurrentProcess(), class_of(priority));
  if (status < 0) {
    constexpr auto kPrivilegeNotHeld = static_cast<LONG>(0xc0000061);
    const bool denied = status == kPrivilegeNotHeld;
    return fail(denied ? ErrorCode::PermissionDenied : ErrorCode::Unsupported, "GPU priority",
                static_cast<std::uint32_t>(status));
  }
  return {};
}

Result<void> join_capture_threads() {
  DWORD task = 0;
  const HANDLE joined = AvSetMmThreadCharacteristicsW(L"Capture", &task);
  if (joined == nullptr)
    return fail_os(OsErrorKind::Win32, GetLastError(), "AvSetMmThreadCharacteristics");
  if (!AvSetMmThreadPriority(joined, AVRT_PRIORITY_CRITICAL))
    return fail_os(OsErrorKind::Win32, GetLastError(), "AvSetMmThreadPriority");
  return {};
}

}  // namespace pierglass::guest
