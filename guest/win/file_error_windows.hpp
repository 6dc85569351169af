// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <windows.h>

#include "base/result.hpp"

namespace pierglass::guest {

// The error of a call on a file or a folder: PermissionDenied, NotFound, Busy (somebody else has it
// open), else OsCall.
inline std::unexpected<Error> fail_file(const char* call, DWORD error = GetLastError()) {
  ErrorCode code = ErrorCode::OsCall;
  if (error == ERROR_ACCESS_DENIED) code = ErrorCode::PermissionDenied;
  if (error == ERROR_FILE_NOT_FOUND || error == ERROR_PATH_NOT_FOUND) code = ErrorCode::NotFound;
  if (error == ERROR_SHARING_VIOLATION) code = ErrorCode::Busy;
  return fail_os(OsErrorKind::Win32, error, call, code);
}

}  // namespace pierglass::guest
