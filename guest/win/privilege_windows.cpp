// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/win/privilege_windows.hpp"

#include <windows.h>

#include "shm/win32_handle_windows.hpp"

namespace pierglass::guest {

bool set_privilege(void* token, const wchar_t* name, std::uint32_t attributes) {
  TOKEN_PRIVILEGES wanted{};
  wanted.PrivilegeCount = 1;
  wanted.Privileges[0].Attributes = attributes;
  return LookupPrivilegeValueW(nullptr, name, &wanted.Privileges[0].Luid) &&
         AdjustTokenPrivileges(token, FALSE, &wanted, 0, nullptr, nullptr);
}

void enable_privilege(const wchar_t* name) {
  HANDLE raw = nullptr;
  if (!OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY, &raw)) return;
  const shm::KernelHandle token(raw);
  set_privilege(token.get(), name, SE_PRIVILEGE_ENABLED);
}

}  // namespace pierglass::guest
