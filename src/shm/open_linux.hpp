// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

#include "base/fd.hpp"
#include "base/result.hpp"

// What the ways to open memory by its path have in common.
namespace pierglass::shm {

// The error for a call that left errno behind, in the codes of identify().
std::unexpected<Error> fail_errno(const char* call);

// Opens for reading and writing, `flags` beside; follows no link at the path's end.
Result<Fd> open_path(const std::string& path, int flags);

}  // namespace pierglass::shm
