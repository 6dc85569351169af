// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/timer.hpp"

#include <sys/timerfd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace pierglass::loop {

namespace {

timespec timespec_of(Nanoseconds since_epoch) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since_epoch);
  return {.tv_sec = seconds.count(), .tv_nsec = (since_epoch - seconds).count()};
}

Result<void> set(int fd, const itimerspec& spec) {
  if (timerfd_settime(fd, TFD_TIMER_ABSTIME, &spec, nullptr) != 0)
    return fail_os(OsErrorKind::Errno, errno, "timerfd_settime");
  return {};
}

// Zero would disarm; the past means "now".
Nanoseconds never_zero(HostTime deadline) {
  return std::max(deadline.time_since_epoch(), Nanoseconds(1));
}

// 0 when an expiry was already consumed or disarmed.
Result<std::uint64_t> expirations(int fd) {
  std::uint64_t count = 0;
  if (read(fd, &count, sizeof count) == static_cast<ssize_t>(sizeof count)) return count;
  if (errno == EAGAIN || errno == EINTR) return std::uint64_t{0};
  return fail_os(OsErrorKind::Errno, errno, "read");
}

}  // namespace

Result<Timer> Timer::create(EventLoop& loop, Callback callback) {
  Fd fd(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
  if (!fd) return fail_os(OsErrorKind::Errno, errno, "timerfd_create");
  auto fire = [raw = fd.get(), callback = std::move(callback)](Ready) mutable -> Result<Next> {
    const std::uint64_t count = TRY(expirations(raw));
    if (count == 0) return Next::Keep;
    return callback(count);
  };
  Registration registration = TRY(loop.watch(fd.get(), Interest::Read, std::move(fire)));
  return Timer(std::move(fd), std::move(registration));
}

Result<void> Timer::arm_at(HostTime deadline) {
  return set(fd_.get(), {.it_interval = {}, .it_value = timespec_of(never_zero(deadline))});
}

Result<void> Timer::arm_every(HostTime first, Nanoseconds period) {
  CHECK(period > Nanoseconds::zero());
  return set(fd_.get(),
             {.it_interval = timespec_of(period), .it_value = timespec_of(never_zero(first))});
}

Result<void> Timer::disarm() {
  return set(fd_.get(), {});
}

}  // namespace pierglass::loop
