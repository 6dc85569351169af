// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/service/service_settings_windows.hpp"

#include <string>

#include "guest/log.hpp"

namespace pierglass::guest {
namespace {

void set(SC_HANDLE service, DWORD level, void* value, const char* what) {
  if (ChangeServiceConfig2W(service, level, value)) return;
  say(Severity::Warning, std::string("this Windows does not take ") + what + " (error " +
                             std::to_string(GetLastError()) + ")");
}

void set_failure_actions(SC_HANDLE service) {
  SC_ACTION again[] = {
      {SC_ACTION_RESTART, 1000}, {SC_ACTION_RESTART, 5000}, {SC_ACTION_RESTART, 60'000}};
  SERVICE_FAILURE_ACTIONSW actions{};
  actions.dwResetPeriod = 24 * 3600;
  actions.cActions = 3;
  actions.lpsaActions = again;
  set(service, SERVICE_CONFIG_FAILURE_ACTIONS, &actions, "what to do after a crash");
}

// What starting a process in another session, and priorities above normal, need.
void set_privileges(SC_HANDLE service) {
  std::wstring names = L"SeAssignPrimaryTokenPrivilege";
  for (const wchar_t* name : {L"SeIncreaseQuotaPrivilege", L"SeTcbPrivilege",
                              L"SeIncreaseBasePriorityPrivilege", L"SeChangeNotifyPrivilege"}) {
    names += L'\0';
    names += name;
  }
  names += L'\0';
  SERVICE_REQUIRED_PRIVILEGES_INFOW privileges{names.data()};
  set(service, SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO, &privileges, "a list of privileges");
}

}  // namespace

void apply_settings(SC_HANDLE service) {
  std::wstring words =
      L"Shows this machine's screen to Pierglass on the host through shared memory.";
  SERVICE_DESCRIPTIONW description{words.data()};
  set(service, SERVICE_CONFIG_DESCRIPTION, &description, "a description");
  set_failure_actions(service);
  SERVICE_PRESHUTDOWN_INFO shutdown{10'000};
  set(service, SERVICE_CONFIG_PRESHUTDOWN_INFO, &shutdown, "a time for its shutdown");
  set_privileges(service);
}

}  // namespace pierglass::guest
