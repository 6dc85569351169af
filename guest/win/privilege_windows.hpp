// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

namespace pierglass::guest {

// Gives a privilege of a token, which was opened to adjust them, these attributes of Windows
// (SE_PRIVILEGE_...). True also when the token has no such privilege; false: GetLastError() says.
bool set_privilege(void* token, const wchar_t* name, std::uint32_t attributes);

// Switches a privilege on that this process' account has but does not use by itself; without it
// nothing happens, and what needs it fails.
void enable_privilege(const wchar_t* name);

}  // namespace pierglass::guest
