// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/service/service_control_windows.hpp"

#include <windows.h>

#include <chrono>
#include <cstdio>
#include <iterator>
#include <string>

#include "base/describe.hpp"
#include "base/handle.hpp"
#include "guest/report.hpp"
#include "guest/service/event_log_windows.hpp"
#include "guest/service/names.hpp"
#include "guest/service/program_path_windows.hpp"
#include "guest/service/service_settings_windows.hpp"
#include "guest/win/data_folder_windows.hpp"
#include "guest/win/sample_config_windows.hpp"
#include "shm/ivshmem_windows.hpp"
#include "shm/win32_handle_windows.hpp"

namespace pierglass::guest {
namespace {

constexpr std::chrono::seconds kPatience(30);
constexpr DWORD kLookMs = 50;  // Windows tells only callbacks
constexpr DWORD kProcessMs = 10'000;

struct ServiceTraits {
  using Value = SC_HANDLE;
  static Value invalid() { return nullptr; }
  static void close(Value service) noexcept { CloseServiceHandle(service); }
};
using ServiceHandle = Handle<ServiceTraits>;

std::unexpected<Error> fail_here(const char* call) {
  const DWORD error = GetLastError();
  ErrorCode code = ErrorCode::OsCall;
  if (error == ERROR_ACCESS_DENIED) code = ErrorCode::PermissionDenied;
  if (error == ERROR_SERVICE_DOES_NOT_EXIST) code = ErrorCode::NotFound;
  if (error == ERROR_SERVICE_MARKED_FOR_DELETE) code = ErrorCode::Busy;
  return fail_os(OsErrorKind::Win32, error, call, code);
}

Result<ServiceHandle> open_manager(DWORD access) {
  ServiceHandle manager(OpenSCManagerW(nullptr, nullptr, access));
  if (!manager) return fail_here("opening the service manager");
  return manager;
}

Result<ServiceHandle> open_service(DWORD access) {
  const ServiceHandle manager = TRY(open_manager(SC_MANAGER_CONNECT));
  ServiceHandle service(OpenServiceW(manager.get(), kServiceName, access));
  if (!service) return fail_here("opening the service");
  return service;
}

Result<DWORD> state_of(SC_HANDLE service) {
  SERVICE_STATUS status{};
  if (!QueryServiceStatus(service, &status)) return fail_here("asking for the service's state");
  return status.dwCurrentState;
}

// NotReady: it took longer than kPatience. Lost: it stopped instead.
Result<void> wait_for(SC_HANDLE service, DWORD wanted) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < end) {
    const DWORD state = TRY(state_of(service));
    if (state == wanted) return {};
    if (state == SERVICE_STOPPED) return fail(ErrorCode::Lost, "the service");
    Sleep(kLookMs);
  }
  return fail(ErrorCode::NotReady, "the service");
}

// Nothing when it does not run, or may not be waited for.
shm::KernelHandle process_of(SC_HANDLE service) {
  SERVICE_STATUS_PROCESS status{};
  DWORD bytes = 0;
  if (!QueryServiceStatusEx(service, SC_STATUS_PROCESS_INFO, reinterpret_cast<BYTE*>(&status),
                            sizeof status, &bytes) ||
      status.dwProcessId == 0)
    return {};
  return shm::KernelHandle(OpenProcess(SYNCHRONIZE, FALSE, status.dwProcessId));
}

// A service that has stopped is a process that is about to end, and until then keeps its program
// and its log open.
Result<void> stop(SC_HANDLE service) {
  const shm::KernelHandle process = process_of(service);
  SERVICE_STATUS status{};
  if (!ControlService(service, SERVICE_CONTROL_STOP, &status) &&
      GetLastError() != ERROR_SERVICE_NOT_ACTIVE && TRY(state_of(service)) != SERVICE_STOP_PENDING)
    return fail_here("stopping the service");
  TRY(wait_for(service, SERVICE_STOPPED));
  if (process && WaitForSingleObject(process.get(), kProcessMs) != WAIT_OBJECT_0)
    return fail(ErrorCode::NotReady, "the service's process");
  return {};
}

Result<ServiceHandle> create_or_change() {
  const ServiceHandle manager = TRY(open_manager(SC_MANAGER_CONNECT | SC_MANAGER_CREATE_SERVICE));
  // Quoted, so that "C:\Program.exe" is never tried.
  const std::wstring command = L"\"" + program_path() + L"\" service";
  ServiceHandle service(CreateServiceW(manager.get(), kServiceName, kDisplayName,
                                       SERVICE_ALL_ACCESS, SERVICE_WIN32_OWN_PROCESS,
                                       SERVICE_AUTO_START, SERVICE_ERROR_NORMAL, command.c_str(),
                                       nullptr, nullptr, nullptr, nullptr, nullptr));
  if (service) return service;
  if (GetLastError() != ERROR_SERVICE_EXISTS) return fail_here("making the service");
  service = TRY(open_service(SERVICE_ALL_ACCESS));
  if (!ChangeServiceConfigW(service.get(), SERVICE_WIN32_OWN_PROCESS, SERVICE_AUTO_START,
                            SERVICE_ERROR_NORMAL, command.c_str(), nullptr, nullptr, nullptr,
                            L"LocalSystem", nullptr, kDisplayName))
    return fail_here("changing the service");
  return service;
}

// An existing config file stays as it is.
Result<void> leave_sample(const DataFolder& folder) {
  const auto there = read_file(folder.config());
  if (there || there.error().code != ErrorCode::NotFound) return {};
  return write_file(folder.config(), sample_config());
}

Result<const char*> install() {
  const ServiceHandle service = TRY(create_or_change());
  apply_settings(service.get());
  TRY(register_event_source());
  TRY(make_data_folder());
  TRY(leave_sample(data_folder()));
  return "the service is installed; it starts with Windows, or now with: pierglass-guest start";
}

Result<void> remove_service() {
  const auto service = open_service(SERVICE_STOP | SERVICE_QUERY_STATUS | DELETE);
  if (!service && service.error().code == ErrorCode::NotFound) return {};
  if (!service) return std::unexpected(service.error());
  TRY(stop(service->get()));
  if (!DeleteService(service->get())) return fail_here("removing the service");
  return {};
}

Result<const char*> uninstall() {
  TRY(remove_service());
  unregister_event_source();
  TRY(remove_data_folder());
  return "the service, its logs and its configuration are removed";
}

Result<const char*> start() {
  const ServiceHandle service = TRY(open_service(SERVICE_START | SERVICE_QUERY_STATUS));
  if (!StartServiceW(service.get(), 0, nullptr) && GetLastError() != ERROR_SERVICE_ALREADY_RUNNING)
    return fail_here("starting the service");
  TRY(wait_for(service.get(), SERVICE_RUNNING));
  return "the service runs";
}

Result<const char*> stop() {
  const ServiceHandle service = TRY(open_service(SERVICE_STOP | SERVICE_QUERY_STATUS));
  TRY(stop(service.get()));
  return "the service has stopped";
}

Result<const char*> carry_out(Verb verb) {
  switch (verb) {
    case Verb::Install:
      return install();
    case Verb::Uninstall:
      return uninstall();
    case Verb::Start:
      return start();
    default:
      return stop();
  }
}

std::string explain(const Error& error) {
  switch (error.code) {
    case ErrorCode::NotFound:
      return "the service is not installed: pierglass-guest install";
    case ErrorCode::PermissionDenied:
      return "this needs an administrator: open a terminal with \"Run as administrator\"";
    case ErrorCode::Busy:
      return "the service is being removed: close the list of services, or restart Windows";
    case ErrorCode::Lost:
      return "the service stopped at once: " + data_folder().logs() + "\\service.log says why";
    default:
      return describe(error);
  }
}

// What is still missing for the service to be of use.
void print_note() {
  const auto memory = shm::open_ivshmem({}, shm::IvshmemCache::Cached);
  if (!memory) std::printf("note: %s\n", explain_memory(memory.error(), {}).c_str());
}

ExitStatus print_state() {
  static constexpr const char* kWords[] = {"not installed", "stopped", "running",
                                           "starting or stopping", "unknown"};
  const ServiceState state = service_state();
  std::printf("the service is %s\n", kWords[static_cast<std::size_t>(state)]);
  return state == ServiceState::Running ? ExitStatus::Done : ExitStatus::Failed;
}

}  // namespace

ServiceState service_state() {
  const auto service = open_service(SERVICE_QUERY_STATUS);
  if (!service) {
    return service.error().code == ErrorCode::NotFound ? ServiceState::NotInstalled
                                                       : ServiceState::Unknown;
  }
  const auto state = state_of(service->get());
  if (!state) return ServiceState::Unknown;
  if (*state == SERVICE_RUNNING) return ServiceState::Running;
  return *state == SERVICE_STOPPED ? ServiceState::Stopped : ServiceState::Changing;
}

ExitStatus control_service(Verb verb) {
  if (verb == Verb::Status) return print_state();
  const auto done = carry_out(verb);
  if (!done) {
    say(Severity::Error, explain(done.error()));
    return ExitStatus::Failed;
  }
  std::printf("%s\n", *done);
  if (verb == Verb::Install) print_note();
  return ExitStatus::Done;
}

}  // namespace pierglass::guest
