// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/service/event_log_windows.hpp"

#include <windows.h>

#include <string>

#include "base/handle.hpp"
#include "guest/service/messages.h"
#include "guest/service/names.hpp"
#include "guest/service/program_path_windows.hpp"
#include "shm/text_windows.hpp"

namespace pierglass::guest {
namespace {

std::wstring source_key() {
  return std::wstring(L"SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\") +
         kServiceName;
}

struct KeyTraits {
  using Value = HKEY;
  static Value invalid() { return nullptr; }
  static void close(Value key) noexcept { RegCloseKey(key); }
};

struct EventSourceTraits {
  using Value = HANDLE;
  static Value invalid() { return nullptr; }
  static void close(Value source) noexcept { DeregisterEventSource(source); }
};

struct Kind {
  WORD type;
  DWORD message;
};

Kind kind_of(Severity severity) {
  switch (severity) {
    case Severity::Info:
      return {EVENTLOG_INFORMATION_TYPE, PIERGLASS_EVENT_INFO};
    case Severity::Warning:
      return {EVENTLOG_WARNING_TYPE, PIERGLASS_EVENT_WARNING};
    case Severity::Error:
      return {EVENTLOG_ERROR_TYPE, PIERGLASS_EVENT_ERROR};
  }
  return {};
}

}  // namespace

Result<void> register_event_source() {
  HKEY made = nullptr;
  LSTATUS status = RegCreateKeyExW(HKEY_LOCAL_MACHINE, source_key().c_str(), 0, nullptr, 0,
                                   KEY_SET_VALUE, nullptr, &made, nullptr);
  const Handle<KeyTraits> key(made);
  const std::wstring program = program_path();
  const DWORD types = EVENTLOG_ERROR_TYPE | EVENTLOG_WARNING_TYPE | EVENTLOG_INFORMATION_TYPE;
  if (status == ERROR_SUCCESS) {
    status = RegSetValueExW(key.get(), L"EventMessageFile", 0, REG_SZ,
                            reinterpret_cast<const BYTE*>(program.c_str()),
                            static_cast<DWORD>((program.size() + 1) * sizeof(wchar_t)));
  }
  if (status == ERROR_SUCCESS) {
    status = RegSetValueExW(key.get(), L"TypesSupported", 0, REG_DWORD,
                            reinterpret_cast<const BYTE*>(&types), sizeof types);
  }
  if (status == ERROR_SUCCESS) return {};
  return fail_os(OsErrorKind::Win32, status, "registering the event source");
}

void unregister_event_source() {
  RegDeleteKeyW(HKEY_LOCAL_MACHINE, source_key().c_str());
}

void report(Severity severity, const std::string& sentence) {
  say(severity, sentence);
  const Handle<EventSourceTraits> source(RegisterEventSourceW(nullptr, kServiceName));
  if (!source) return;
  const std::wstring wide = shm::widen(sentence);
  const wchar_t* words = wide.c_str();
  const Kind kind = kind_of(severity);
  ReportEventW(source.get(), kind.type, 0, kind.message, nullptr, 1, 0, &words, nullptr);
}

}  // namespace pierglass::guest
