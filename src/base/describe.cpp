// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/describe.hpp"

#include <array>
#include <cstdio>
#include <system_error>

namespace pierglass {
namespace {

std::string hex(std::int64_t value) {
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "0x%llx",
                static_cast<unsigned long long>(value) & 0xffffffffULL);
  return text.data();
}

std::string os_words(const Error& error) {
  const int number = static_cast<int>(error.os);
  switch (error.os_kind) {
    case OsErrorKind::None:
      return {};
    case OsErrorKind::Errno:
      return std::generic_category().message(number);
    case OsErrorKind::Win32:
      return "Windows error " + std::to_string(error.os);
    case OsErrorKind::Hresult:
      return "HRESULT " + hex(error.os);
    case OsErrorKind::Egl:
      return "EGL error " + hex(error.os);
    case OsErrorKind::Wayland:
      return "Wayland error " + std::to_string(error.os);
  }
  return {};
}

std::string numbers(const Error& error, const char* between) {
  return std::to_string(error.got) + between + std::to_string(error.want);
}

std::string version_words(const Error& error) {
  const char* remedy = error.got > error.want ? "update this program" : "update the other side";
  return std::string(error.what) + " has version " + std::to_string(error.got) +
         ", this program speaks " + std::to_string(error.want) + ": " + remedy;
}

std::string words(const Error& error) {
  std::string what = error.what;
  switch (error.code) {
    case ErrorCode::OsCall:
      return what + " failed";
    case ErrorCode::NotFound:
      return what + " not found";
    case ErrorCode::PermissionDenied:
      return what + ": permission denied";
    case ErrorCode::NotARegularFile:
      return what + " is not a regular file";
    case ErrorCode::NotADevice:
      return what + " is a regular file instead of a device";
    case ErrorCode::TooSmall:
      return what + " is too small: " + numbers(error, " bytes where ") + " are needed";
    case ErrorCode::TooLarge:
      return what + " is too large: " + numbers(error, " where at most ") + " is allowed";
    case ErrorCode::NotARegion:
      return "this memory does not hold a Pierglass region";
    case ErrorCode::NotReady:
      return what + " is not ready yet";
    case ErrorCode::VersionMismatch:
      return version_words(error);
    case ErrorCode::Corrupt:
      return what + " is out of range (" + std::to_string(error.got) + ")";
    case ErrorCode::Stale:
      return what + " is out of date";
    case ErrorCode::Busy:
      return what + " is busy";
    case ErrorCode::Unsupported:
      return what + " is not supported";
    case ErrorCode::InvalidArgument:
      return what + " is not valid";
    case ErrorCode::Lost:
      return what + " went away";
  }
  return what;
}

}  // namespace

std::string describe(const Error& error) {
  std::string out = words(error);
  if (const std::string os = os_words(error); !os.empty()) out += ": " + os;
  return out;
}

std::string mebibytes(std::uint64_t bytes) {
  constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20;
  if (bytes < kMebibyte) return std::to_string(bytes) + " bytes";
  return std::to_string(bytes / kMebibyte) + " MiB";
}

}  // namespace pierglass
