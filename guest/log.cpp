// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/log.hpp"

#include <windows.h>
// windows.h first
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

// spdlog throws; nothing of it leaves this file.
namespace pierglass::guest {
namespace {

constexpr std::size_t kFileBytes = std::size_t{1} << 20;
constexpr std::size_t kOldFiles = 3;

// A service has none, and asking for the type of none would end a process with strict handles.
bool has_standard_error() {
  const HANDLE handle = GetStdHandle(STD_ERROR_HANDLE);
  return handle != nullptr && handle != INVALID_HANDLE_VALUE &&
         GetFileType(handle) != FILE_TYPE_UNKNOWN;
}

spdlog::logger& logger() {
  static const auto made = [] {
    auto logger = std::make_shared<spdlog::logger>("guest");
    if (!has_standard_error()) return logger;
    auto standard_error = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    standard_error->set_pattern("pierglass-guest: %v");
    logger->sinks().push_back(std::move(standard_error));
    return logger;
  }();
  return *made;
}

spdlog::level::level_enum level_of(Severity severity) {
  switch (severity) {
    case Severity::Info:
      return spdlog::level::info;
    case Severity::Warning:
      return spdlog::level::warn;
    case Severity::Error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

}  // namespace

void say(Severity severity, const std::string& sentence) {
  logger().log(level_of(severity), spdlog::string_view_t(sentence));
}

bool open_log(const std::string& path) try {
  auto file = std::make_shared<spdlog::sinks::rotating_file_sink_mt>(path, kFileBytes, kOldFiles);
  file->set_pattern("%Y-%m-%d %H:%M:%S.%e %l: %v");
  logger().sinks().push_back(std::move(file));
  logger().flush_on(spdlog::level::info);
  return true;
} catch (const spdlog::spdlog_ex&) {
  return false;
}

}  // namespace pierglass::guest
