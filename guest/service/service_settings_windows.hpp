// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <windows.h>

namespace pierglass::guest {

inline constexpr const wchar_t* kDisplayName = L"Pierglass screen capture";

// What CreateService does not take: the description, what Windows does after a crash, how long a
// shutdown waits, and the only privileges that the service keeps. Each is better than nothing, so
// that one which this Windows refuses is said and left out.
void apply_settings(SC_HANDLE service);

}  // namespace pierglass::guest
