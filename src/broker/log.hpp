// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace pierglass::broker {

// syslog's numbers, which journald reads from "<N>" in front of a line.
enum class Level : std::uint8_t { Error = 3, Warning = 4, Info = 6 };

// Takes one line without its end. On the loop's thread; must not call back.
using LogSink = std::function<void(Level, std::string_view)>;

// Lines to standard error: "pierglass-broker: LINE", or "<N>LINE" when systemd's journal reads it.
// Never waits for the reader: lines for which there is no room are left out, and later counted.
LogSink standard_log();

// Lines that peers can cause as often as they like: a burst, then some per second, and later one
// line that says how many were left out.
class PeerLog {
 public:
  explicit PeerLog(LogSink sink) : sink_(std::move(sink)) {}

  void write(Level level, std::string_view line, HostTime now = HostClock::now());

 private:
  [[nodiscard]] bool may_write(HostTime now);

  LogSink sink_;
  double allowance_ = kBurst;  // lines
  std::optional<HostTime> last_;
  std::uint64_t left_out_ = 0;

  static constexpr double kBurst = 32;
  static constexpr double kPerSecond = 2;
};

}  // namespace pierglass::broker
