// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/diagnose/diagnose_windows.hpp"

#include <windows.h>

#include <cstdio>
#include <string>

#include "base/describe.hpp"
#include "guest/diagnose/graphics_windows.hpp"
#include "guest/diagnose/memory_windows.hpp"
#include "guest/diagnose/stages_windows.hpp"
#include "guest/service/service_control_windows.hpp"
#include "guest/win/data_folder_windows.hpp"
#include "guest/win/find_function_windows.hpp"
#include "guest/win/hardening_windows.hpp"
#include "guest/win/scheduling_windows.hpp"

namespace pierglass::guest {
namespace {

void check_windows(Diagnosis& diagnosis) {
  RTL_OSVERSIONINFOW version{};
  version.dwOSVersionInfoSize = sizeof version;
  using GetVersion = LONG(WINAPI*)(RTL_OSVERSIONINFOW*);
  if (const auto get = find_function<GetVersion>(L"ntdll.dll", "RtlGetVersion")) get(&version);
  const std::string words = std::to_string(version.dwMajorVersion) + "." +
                            std::to_string(version.dwMinorVersion) + "." +
                            std::to_string(version.dwBuildNumber);
  using WineVersion = const char*(CDECL*)();
  const auto wine = find_function<WineVersion>(L"ntdll.dll", "wine_get_version");
  if (wine != nullptr)
    return diagnosis.add("Windows", Verdict::Note, words + ", in truth Wine " + wine());
  constexpr DWORD kOldest = 17763;  // 1809
  const bool old = version.dwBuildNumber < kOldest;
  diagnosis.add("Windows", old ? Verdict::Bad : Verdict::Good,
                old ? words + ": 10.0.17763 (1809) or later is needed" : words);
}

void check_session(Diagnosis& diagnosis) {
  DWORD own = 0;
  ProcessIdToSessionId(GetCurrentProcessId(), &own);
  const DWORD console = WTSGetActiveConsoleSessionId();
  const std::string words =
      "this one is " + std::to_string(own) + ", the console's " + std::to_string(console);
  if (own == console) return diagnosis.add("session", Verdict::Good, words);
  diagnosis.add("session", Verdict::Note, words + ": what follows is not about its screen");
}

void check_service(Diagnosis& diagnosis) {
  switch (service_state()) {
    case ServiceState::Running:
      return diagnosis.add("service", Verdict::Good, "running");
    case ServiceState::NotInstalled:
      return diagnosis.add("service", Verdict::Note, "not installed: pierglass-guest install");
    case ServiceState::Stopped:
      return diagnosis.add("service", Verdict::Note, "stopped: pierglass-guest start");
    case ServiceState::Changing:
      return diagnosis.add("service", Verdict::Note, "starting or stopping");
    case ServiceState::Unknown:
      return diagnosis.add("service", Verdict::NotTested, "this user may not ask");
  }
}

void check_config(Diagnosis& diagnosis) {
  const std::string path = data_folder().config();
  const auto text = read_file(path);
  if (!text && text.error().code == ErrorCode::NotFound)
    return diagnosis.add("config file", Verdict::Note, "none: the defaults hold");
  if (!text)
    return diagnosis.add("config file", Verdict::Bad, path + ": " + describe(text.error()));
  const auto options = parse_config(*text);
  diagnosis.add("config file", options ? Verdict::Good : Verdict::Bad,
                options ? path : path + ": " + options.error());
}

void check_process(Diagnosis& diagnosis, const GuestOptions& options) {
  std::string off;
  for (const Mitigation& mitigation : mitigations()) {
    if (!mitigation.on) off += (off.empty() ? "off: " : ", ") + std::string(mitigation.name);
  }
  diagnosis.add("protections", off.empty() ? Verdict::Good : Verdict::Note,
                off.empty() ? "all on" : off);
  const std::string outcome = schedule_process(options.scheduling);
  const bool refused = outcome.find("refused") != std::string::npos;
  diagnosis.add("scheduling", refused ? Verdict::Note : Verdict::Good, outcome);
}

}  // namespace

ExitStatus diagnose(const GuestOptions& options) {
  Diagnosis diagnosis;
  check_windows(diagnosis);
  check_session(diagnosis);
  check_service(diagnosis);
  check_config(diagnosis);
  check_process(diagnosis, options);
  const TestedMemory memory = check_memory(diagnosis, options);
  check_graphics(diagnosis, memory);
  check_stages(diagnosis, options, memory.free);
  const std::string report = options.json ? to_json(diagnosis) : to_text(diagnosis);
  std::fputs(report.c_str(), stdout);
  return diagnosis.well() ? ExitStatus::Done : ExitStatus::Failed;
}

}  // namespace pierglass::guest
