// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <windows.h>

#include <cstdint>

#include "base/result.hpp"
#include "guest/core/duplication_outcome.hpp"

namespace pierglass::guest {

// The error of a call of D3D or DXGI that was to make something; see failure_code().
inline std::unexpected<Error> fail_dxgi(
    HRESULT result, const char* call,
    std::source_location where = std::source_location::current()) {
  const auto bits = static_cast<std::uint32_t>(result);
  return fail_os(OsErrorKind::Hresult, bits, call, failure_code(bits), where);
}

// Nothing, or an error of this code with the call and what it answered.
inline Result<void> check_call(HRESULT result, const char* call, ErrorCode code = ErrorCode::OsCall,
                               std::source_location where = std::source_location::current()) {
  if (SUCCEEDED(result)) return {};
  return fail_os(OsErrorKind::Hresult, static_cast<std::uint32_t>(result), call, code, where);
}

// As fail_dxgi(): that the device is lost is no error for good.
inline Result<void> check_dxgi(HRESULT result, const char* call,
                               std::source_location where = std::source_location::current()) {
  if (SUCCEEDED(result)) return {};
  return fail_dxgi(result, call, where);
}

}  // namespace pierglass::guest
