// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <source_location>
#include <type_traits>

namespace pierglass {

// What went wrong, as a reader of the program can act on it. Words for people are made late, by
// describe() or by the application, which also knows the path or option concerned.
enum class ErrorCode : std::uint32_t {
  OsCall,            // a system, EGL or COM call failed; `os` and `what` say which and how
  NotFound,          // the named thing does not exist
  PermissionDenied,  // it exists, but this user may not use it
  NotARegularFile,   // a plain file is needed (a device, folder or link was found)
  NotADevice,        // a device is needed (a plain file stands in its place)
  TooSmall,          // `got` bytes where `want` are needed
  TooLarge,          // `got` where at most `want` is allowed
  NotARegion,        // the bytes do not start with our magic number
  NotReady,          // the other side has not finished its set-up; try again
  VersionMismatch,   // layout major `got` where `want` is spoken
  Corrupt,           // a field is outside its range; `what` names the field, `got` its value
  Stale,             // the session ended or the slot was overwritten; resynchronise
  Busy,              // nothing free at the moment; try again
  Unsupported,       // the system lacks something; `what` names it
  InvalidArgument,   // the caller's fault: a bad option or parameter, named by `what`
  Lost,              // a connection or mapping went away and will not come back by itself
};

enum class OsErrorKind : std::uint32_t { None, Errno, Win32, Hresult, Egl, Wayland };

// Small and trivially copyable, so that it can be returned from any path without allocating.
// Without padding: GCC 12 warns of padding bytes copied uninitialised.
struct Error {
  ErrorCode code;
  OsErrorKind os_kind = OsErrorKind::None;
  std::int64_t os = 0;     // errno, GetLastError, HRESULT or EGL error, by `os_kind`
  const char* what = "";   // a literal: the failing call, field or thing
  std::uint64_t got = 0;   // see ErrorCode
  std::uint64_t want = 0;  // see ErrorCode
  std::source_location where = std::source_location::current();
};

static_assert(std::is_trivially_copyable_v<Error>);

}  // namespace pierglass
