// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <functional>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "loop/event_loop.hpp"

namespace pierglass::loop {

// A timerfd on CLOCK_MONOTONIC with absolute deadlines. May be armed again inside its own callback.
class Timer {
 public:
  // `expirations` is at least 1; more when a periodic timer was served late. Next::Stop ends the
  // timer for good, arming it again has no effect then.
  using Callback = std::move_only_function<Result<Next>(std::uint64_t expirations)>;

  Timer(Timer&&) noexcept = default;
  Timer& operator=(Timer&&) = delete;

  // A disarmed timer.
  static Result<Timer> create(EventLoop& loop, Callback callback);

  // Once, at `deadline`; at once when that lies in the past. Replaces an earlier arming.
  Result<void> arm_at(HostTime deadline);

  // First at `first`, then each `period` (more than zero) after it without drift.
  Result<void> arm_every(HostTime first, Nanoseconds period);

  // No callback comes after this, not even for an expiry that already happened.
  Result<void> disarm();

 private:
  Timer(Fd fd, Registration registration)
      : fd_(std::move(fd)), registration_(std::move(registration)) {}

  Fd fd_;
  Registration registration_;  // ends before fd_ closes
};

}  // namespace pierglass::loop
