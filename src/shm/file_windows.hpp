// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

#include "base/result.hpp"
#include "shm/shared_memory.hpp"

namespace pierglass::shm {

// Maps all of an existing file, for tests and for Wine, where Z:\dev\shm\NAME is the host's memory.
// `path` is UTF-8. Errors: NotFound, PermissionDenied, NotARegularFile, TooSmall (less than a
// page), or the failing call. Windows keeps a mapped file from shrinking; under Wine nothing does.
Result<SharedMemory> open_file(const std::string& path);

}  // namespace pierglass::shm
