// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/win/console_windows.hpp"

#include <windows.h>
// windows.h first
#include <shellapi.h>

#include <atomic>
#include <mutex>
#include <utility>

#include "base/result.hpp"
#include "shm/text_windows.hpp"
#include "shm/win32_handle_windows.hpp"

namespace pierglass::guest {
namespace {

constexpr DWORD kGraceMs = 4000;  // Windows kills a closing console's programs after 5 s

// The handler runs on a thread that Windows makes and gets no argument.
std::mutex stop_mutex;
Publisher* stop_target = nullptr;
HANDLE stop_done = nullptr;  // set when the target is gone; lives as long as the process

BOOL WINAPI on_console_event(DWORD event) {
  {
    const std::lock_guard lock(stop_mutex);
    if (stop_target == nullptr) return FALSE;
    stop_target->stop();
  }
  if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT) WaitForSingleObject(stop_done, kGraceMs);
  return TRUE;
}

struct LocalTraits {
  using Value = wchar_t**;
  static Value invalid() { return nullptr; }
  static void close(Value memory) noexcept { LocalFree(static_cast<void*>(memory)); }
};

}  // namespace

ConsoleStop::ConsoleStop(std::unique_ptr<Publisher> publisher) : publisher_(std::move(publisher)) {
  const std::lock_guard lock(stop_mutex);
  if (stop_done == nullptr) stop_done = CreateEventW(nullptr, TRUE, FALSE, nullptr);
  stop_target = publisher_.get();
  SetConsoleCtrlHandler(on_console_event, TRUE);
}

ConsoleStop::~ConsoleStop() {
  {
    const std::lock_guard lock(stop_mutex);
    stop_target = nullptr;
    publisher_.reset();  // under the lock: a handler that begins now returns only after this
  }
  if (stop_done != nullptr) SetEvent(stop_done);
}

std::vector<std::string> command_line_arguments() {
  int count = 0;
  const Handle<LocalTraits> words(CommandLineToArgvW(GetCommandLineW(), &count));
  std::vector<std::string> arguments;
  for (int i = 1; words && i < count; ++i) arguments.push_back(shm::narrow(words.get()[i]));
  return arguments;
}

}  // namespace pierglass::guest
