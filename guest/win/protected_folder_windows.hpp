// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

#include "base/result.hpp"

// Folders that only administrators and the system may write to, in a place where ordinary users may
// have been first.
namespace pierglass::guest {

// Makes it; others may read. One that is there stays when it is a plain folder and its owner is the
// system, the administrators, or the owner of the folder around it; its access is set again. All
// else is renamed, content and all: who made it may have planted something, and may hold it open.
// The folder around it exists.
Result<void> make_protected_folder(const std::wstring& path);

// Removes it with all that is in it; links are removed, and not followed. Not there, or not what
// make_protected_folder() would let stay: nothing happens.
Result<void> remove_protected_folder(const std::wstring& path);

}  // namespace pierglass::guest
