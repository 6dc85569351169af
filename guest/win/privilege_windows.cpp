// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/win/privilege_windows.hpp"

#include <windows.h>

#include "shm/win32_handle_windows.hpp"

namespace pierglass::guest {

void enable_privilege(const wchar_t* name) {
  HANDLE raw = nullptr;
  if (!OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY, &raw)) return;
  const shm::KernelHandle token(raw);
  TOKEN_PRIVILEGES wanted{};
  wanted.PrivilegeCount = 1;
  wanted.Privileges[0].Attributes = SE_PRIVILEGE_ENABLED;
  if (LookupPrivilegeValueW(nullptr, name, &wanted.Privileges[0].Luid))
    AdjustTokenPrivileges(token.get(), FALSE, &wanted, 0, nullptr, nullptr);
}

}  // namespace pierglass::guest
