// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

namespace pierglass::guest {

// Switches a privilege on that this process' account has but does not use by itself; without it
// nothing happens, and what needs it fails.
void enable_privilege(const wchar_t* name);

}  // namespace pierglass::guest
