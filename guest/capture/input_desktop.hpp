// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <windows.h>

#include "base/handle.hpp"

namespace pierglass::guest {

struct DesktopTraits {
  using Value = HDESK;
  static Value invalid() { return nullptr; }
  static void close(Value desktop) noexcept { CloseDesktop(desktop); }
};

// The desktop that gets the user's input: the user's own, or the secure one of the lock screen and
// of consent prompts, which only the system account may open.
class InputDesktop {
 public:
  // Makes it the calling thread's. False when it may not be opened, or when the thread owns windows
  // or hooks; the thread then stays where it was.
  bool attach() {
    // Graphics drivers may want to create windows, which reading alone does not allow.
    Handle<DesktopTraits> next(OpenInputDesktop(0, FALSE, GENERIC_ALL));
    if (!next || !SetThreadDesktop(next.get())) return false;
    desktop_ = std::move(next);
    return true;
  }

 private:
  Handle<DesktopTraits> desktop_;  // Windows keeps open what a thread uses
};

}  // namespace pierglass::guest
