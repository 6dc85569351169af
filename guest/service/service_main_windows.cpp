// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/service/service_main_windows.hpp"

#include <windows.h>

#include <memory>

#include "base/describe.hpp"
#include "guest/service/event_log_windows.hpp"
#include "guest/service/names.hpp"
#include "guest/service/supervisor_windows.hpp"
#include "guest/win/data_folder_windows.hpp"

namespace pierglass::guest {
namespace {

constexpr DWORD kMostStepsMs = 10'000;  // from one state to the next

// The service manager calls on threads of its own, main and handler with no argument of ours.
SERVICE_STATUS_HANDLE status_handle = nullptr;
std::unique_ptr<Supervisor> supervisor;

void set_status(DWORD state, DWORD exit_code) {
  SERVICE_STATUS status{};
  status.dwServiceType = SERVICE_WIN32_OWN_PROCESS;
  status.dwCurrentState = state;
  status.dwWin32ExitCode = exit_code;
  if (state == SERVICE_RUNNING) {
    status.dwControlsAccepted = SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_SHUTDOWN |
                                SERVICE_ACCEPT_PRESHUTDOWN | SERVICE_ACCEPT_SESSIONCHANGE |
                                SERVICE_ACCEPT_PARAMCHANGE;
  } else if (state != SERVICE_STOPPED) {
    status.dwWaitHint = kMostStepsMs;
  }
  SetServiceStatus(status_handle, &status);
}

DWORD WINAPI on_control(DWORD control, DWORD /*event*/, void* /*data*/, void* /*context*/) {
  switch (control) {
    case SERVICE_CONTROL_STOP:
    case SERVICE_CONTROL_SHUTDOWN:
    case SERVICE_CONTROL_PRESHUTDOWN:
      set_status(SERVICE_STOP_PENDING, NO_ERROR);
      supervisor->stop();
      return NO_ERROR;
    case SERVICE_CONTROL_SESSIONCHANGE:
      supervisor->console_changed();
      return NO_ERROR;
    case SERVICE_CONTROL_PARAMCHANGE:
      supervisor->reload();
      return NO_ERROR;
    case SERVICE_CONTROL_INTERROGATE:
      return NO_ERROR;
    default:
      return ERROR_CALL_NOT_IMPLEMENTED;
  }
}

// Also where the installer's folder was removed since.
Result<std::unique_ptr<Supervisor>> prepare(const DataFolder& folder) {
  TRY(make_data_folder());
  if (!open_log(folder.logs() + "\\service.log"))
    report(Severity::Warning, "the log file cannot be written");
  return Supervisor::create(folder);
}

DWORD os_number(const Error& error) {
  return error.os != 0 ? static_cast<DWORD>(error.os) : ERROR_SERVICE_SPECIFIC_ERROR;
}

void WINAPI service_main(DWORD /*count*/, wchar_t** /*words*/) {
  auto made = prepare(data_folder());
  if (made) supervisor = *std::move(made);
  // After the supervisor, which the handler uses.
  if (made) status_handle = RegisterServiceCtrlHandlerExW(kServiceName, on_control, nullptr);
  if (!made) {
    report(Severity::Error, "the service cannot start: " + describe(made.error()));
    status_handle = RegisterServiceCtrlHandlerExW(kServiceName, on_control, nullptr);
    return set_status(SERVICE_STOPPED, os_number(made.error()));
  }
  set_status(SERVICE_RUNNING, NO_ERROR);
  report(Severity::Info, "the service has started");
  supervisor->run();
  report(Severity::Info, "the service has stopped");
  set_status(SERVICE_STOPPED, NO_ERROR);
}

}  // namespace

ExitStatus run_service() {
  std::wstring name = kServiceName;
  const SERVICE_TABLE_ENTRYW table[] = {{name.data(), service_main}, {nullptr, nullptr}};
  if (StartServiceCtrlDispatcherW(table)) return ExitStatus::Done;
  say(Severity::Error, "\"service\" is for Windows' service manager: use pierglass-guest start");
  return ExitStatus::Failed;
}

}  // namespace pierglass::guest
