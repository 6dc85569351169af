// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/service/capture_process_windows.hpp"

#include <windows.h>

#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include "guest/core/exit_status.hpp"
#include "guest/service/program_path_windows.hpp"
#include "guest/win/privilege_windows.hpp"
#include "shm/text_windows.hpp"

#ifndef PROC_THREAD_ATTRIBUTE_CHILD_PROCESS_POLICY  // winbase.h since Windows 10, not in mingw 10
#define PROC_THREAD_ATTRIBUTE_CHILD_PROCESS_POLICY ProcThreadAttributeValue(14, FALSE, TRUE, FALSE)
#define PROCESS_CREATION_CHILD_PROCESS_RESTRICTED 0x01
#endif

namespace pierglass::guest {
namespace {

using shm::KernelHandle;

std::unexpected<Error> fail_here(const char* call) {
  return fail_os(OsErrorKind::Win32, GetLastError(), call);
}

// With these LocalSystem starts a process in another session.
constexpr const wchar_t* kStartPrivileges[] = {L"SeTcbPrivilege", L"SeAssignPrimaryTokenPrivilege",
                                               L"SeIncreaseQuotaPrivilege"};

// Our own token, of another session and without kStartPrivileges. Needs the rights of LocalSystem.
Result<KernelHandle> token_for(SessionId session) {
  for (const wchar_t* name : kStartPrivileges) enable_privilege(name);
  HANDLE raw = nullptr;
  if (!OpenProcessToken(GetCurrentProcess(), TOKEN_DUPLICATE, &raw))
    return fail_here("OpenProcessToken");
  const KernelHandle own(raw);
  HANDLE copy = nullptr;
  if (!DuplicateTokenEx(own.get(),
                        TOKEN_QUERY | TOKEN_DUPLICATE | TOKEN_ASSIGN_PRIMARY |
                            TOKEN_ADJUST_DEFAULT | TOKEN_ADJUST_SESSIONID | TOKEN_ADJUST_PRIVILEGES,
                        nullptr, SecurityImpersonation, TokenPrimary, &copy))
    return fail_here("DuplicateTokenEx");
  KernelHandle token(copy);
  DWORD id = session;
  if (!SetTokenInformation(token.get(), TokenSessionId, &id, sizeof id))
    return fail_here("SetTokenInformation");
  for (const wchar_t* name : kStartPrivileges) {
    if (!set_privilege(token.get(), name, SE_PRIVILEGE_REMOVED))
      return fail_here("AdjustTokenPrivileges");
  }
  return token;
}

// A handle to this process with which one can wait for its end and do nothing else.
Result<KernelHandle> inheritable_self() {
  HANDLE self = nullptr;
  if (!DuplicateHandle(GetCurrentProcess(), GetCurrentProcess(), GetCurrentProcess(), &self,
                       SYNCHRONIZE, TRUE, 0))
    return fail_here("DuplicateHandle");
  return KernelHandle(self);
}

// Nobody but who holds the handle reaches it: it has no name.
Result<KernelHandle> inheritable_event() {
  SECURITY_ATTRIBUTES inherited{sizeof inherited, nullptr, TRUE};
  KernelHandle event(CreateEventW(&inherited, TRUE, FALSE, nullptr));
  if (!event) return fail_here("CreateEvent");
  return event;
}

// What the child gets beside its command line. The values outlive the list.
class StartAttributes {
 public:
  explicit StartAttributes(std::array<HANDLE, 2> inherited) : inherited_(inherited) {
    SIZE_T bytes = 0;
    InitializeProcThreadAttributeList(nullptr, kCount, 0, &bytes);
    memory_.resize(bytes);
    if (InitializeProcThreadAttributeList(get(), kCount, 0, &bytes)) made_ = true;
  }
  StartAttributes(const StartAttributes&) = delete;
  StartAttributes& operator=(const StartAttributes&) = delete;
  ~StartAttributes() {
    if (made_) DeleteProcThreadAttributeList(get());
  }

  // The ban on further programs is left out where Windows does not know it.
  bool fill() {
    if (!made_) return false;
    UpdateProcThreadAttribute(get(), 0, PROC_THREAD_ATTRIBUTE_CHILD_PROCESS_POLICY, &no_children_,
                              sizeof no_children_, nullptr, nullptr);
    return UpdateProcThreadAttribute(get(), 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, inherited_.data(),
                                     sizeof inherited_, nullptr, nullptr);
  }
  LPPROC_THREAD_ATTRIBUTE_LIST get() {
    return reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(memory_.data());
  }

 private:
  static constexpr DWORD kCount = 2;

  std::array<HANDLE, 2> inherited_;
  DWORD no_children_ = PROCESS_CREATION_CHILD_PROCESS_RESTRICTED;
  std::vector<std::max_align_t> memory_;  // more than enough: `bytes` elements
  bool made_ = false;
};

std::wstring number(HANDLE handle) {
  return std::to_wstring(reinterpret_cast<std::uintptr_t>(handle));
}

// No path ends with a backslash, and none holds a quotation mark.
std::wstring quoted(const std::wstring& path) {
  return L"\"" + path + L"\"";
}

std::wstring command_line(const std::string& config, const std::string& log_file, HANDLE stop,
                          HANDLE self) {
  return quoted(program_path()) + L" run --config " + quoted(shm::widen(config)) + L" --log-file " +
         quoted(shm::widen(log_file)) + L" --stop-event " + number(stop) + L" --supervisor " +
         number(self);
}

}  // namespace

Result<CaptureProcess> CaptureProcess::start_in_session(SessionId session,
                                                        const std::string& config,
                                                        const std::string& log_file) {
  const KernelHandle token = TRY(token_for(session));
  return start(token.get(), config, log_file);
}

Result<CaptureProcess> CaptureProcess::start_here(const std::string& config,
                                                  const std::string& log_file) {
  return start(nullptr, config, log_file);
}

Result<CaptureProcess> CaptureProcess::start(void* token, const std::string& config,
                                             const std::string& log_file) {
  KernelHandle stop = TRY(inheritable_event());
  const KernelHandle self = TRY(inheritable_self());
  StartAttributes attributes({stop.get(), self.get()});
  if (!attributes.fill()) return fail_here("UpdateProcThreadAttribute");
  std::wstring desktop = L"WinSta0\\Default";
  STARTUPINFOEXW start{};
  start.StartupInfo.cb = sizeof start;
  start.StartupInfo.lpDesktop = token != nullptr ? desktop.data() : nullptr;
  start.lpAttributeList = attributes.get();
  const std::wstring program = program_path();
  std::wstring words = command_line(config, log_file, stop.get(), self.get());
  // Without a console: Windows would start a program for it, in the child's name.
  constexpr DWORD kFlags = EXTENDED_STARTUPINFO_PRESENT | DETACHED_PROCESS;
  PROCESS_INFORMATION made{};
  // The environment is the service's own: no variable of a user's is in it.
  const BOOL started =
      token != nullptr
          ? CreateProcessAsUserW(token, program.c_str(), words.data(), nullptr, nullptr, TRUE,
                                 kFlags, nullptr, nullptr, &start.StartupInfo, &made)
          : CreateProcessW(program.c_str(), words.data(), nullptr, nullptr, TRUE, kFlags, nullptr,
                           nullptr, &start.StartupInfo, &made);
  if (!started) return fail_here(token != nullptr ? "CreateProcessAsUser" : "CreateProcess");
  CloseHandle(made.hThread);
  CaptureProcess process;
  process.process_.reset(made.hProcess);
  process.stop_ = std::move(stop);
  process.id_ = made.dwProcessId;
  return process;
}

std::uint32_t CaptureProcess::exit_code() const {
  DWORD code = 0;
  GetExitCodeProcess(process_.get(), &code);
  return code;
}

void CaptureProcess::ask_to_end() const {
  SetEvent(stop_.get());
}

void CaptureProcess::kill() const {
  TerminateProcess(process_.get(), static_cast<UINT>(to_code(ExitStatus::Failed)));
}

}  // namespace pierglass::guest
