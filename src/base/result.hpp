// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdio>
#include <cstdlib>
#include <expected>
#include <source_location>
#include <utility>

#include "base/error.hpp"

namespace pierglass {

// A value or an Error. std::expected may be dropped silently; this may not.
template <typename T>
class [[nodiscard]] Result : public std::expected<T, Error> {
 public:
  using std::expected<T, Error>::expected;
};

// Builds the error branch of any Result.
inline std::unexpected<Error> fail(ErrorCode code, const char* what, std::uint64_t got = 0,
                                   std::uint64_t want = 0,
                                   std::source_location where = std::source_location::current()) {
  return std::unexpected(
      Error{.code = code, .what = what, .got = got, .want = want, .where = where});
}

// The same for a failed call of the system; `os` is errno, GetLastError and so on, by `kind`.
inline std::unexpected<Error> fail_os(
    OsErrorKind kind, std::int64_t os, const char* call, ErrorCode code = ErrorCode::OsCall,
    std::source_location where = std::source_location::current()) {
  return std::unexpected(
      Error{.code = code, .os_kind = kind, .os = os, .what = call, .where = where});
}

[[noreturn]] inline void die(const char* condition, std::source_location where) {
  std::fprintf(stderr, "%s:%u: internal error: %s\n", where.file_name(), where.line(), condition);
  std::abort();
}

}  // namespace pierglass

// The value of a Result, or return its error from the enclosing function.
#define TRY(expression)                           \
  __extension__({                                 \
    auto&& try_result = (expression);             \
    if (!try_result) [[unlikely]]                 \
      return std::unexpected(try_result.error()); \
    *std::move(try_result);                       \
  })

// Our own bug: always on. Nothing that a peer, a file or a user can cause may reach it.
#define CHECK(condition)                                             \
  do {                                                               \
    if (!(condition)) [[unlikely]]                                   \
      ::pierglass::die(#condition, std::source_location::current()); \
  } while (false)
