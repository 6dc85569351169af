// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.hpp"

namespace pierglass::guest {

// What the end of a capture process means for the next one.
enum class CaptureEnd : std::uint8_t { Again, Failed, BadConfiguration };

// Of a process that ended with `code`; crashes and codes that are none of ours have Failed.
CaptureEnd capture_end(std::uint32_t code);

// When the next capture process may start: never sooner than kSpacing after the last start; after
// failures later and later, until one has run well.
class RestartPolicy {
 public:
  static constexpr Nanoseconds kSpacing = std::chrono::seconds(1);
  static constexpr Nanoseconds kLongestPause = std::chrono::seconds(60);
  static constexpr Nanoseconds kGoodRun = std::chrono::seconds(30);  // ends a row of failures

  void on_started(HostTime now);
  void on_ended(HostTime now, CaptureEnd end);

  // There is a new configuration: failures and refusals of the old one do not count.
  void forget();

  // Nothing: not before forget(). In the past: now.
  [[nodiscard]] std::optional<HostTime> next_start() const;

 private:
  std::optional<HostTime> started_;
  std::optional<HostTime> failed_;  // when the last process ended, if it failed
  Nanoseconds pause_ = Nanoseconds::zero();
  bool refused_ = false;
};

}  // namespace pierglass::guest
