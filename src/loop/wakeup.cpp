// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/wakeup.hpp"

#include <sys/eventfd.h>

#include <cerrno>
#include <cstdint>
#include <utility>

namespace pierglass::loop {

namespace {

bool drain_fd(int fd) noexcept {
  std::uint64_t count = 0;
  return read(fd, &count, sizeof count) == static_cast<ssize_t>(sizeof count);
}

}  // namespace

Result<EventFd> EventFd::create() {
  Fd fd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!fd) return fail_os(OsErrorKind::Errno, errno, "eventfd");
  return EventFd(std::move(fd));
}

void EventFd::notify() const noexcept {
  const int saved = errno;
  const std::uint64_t one = 1;
  // Fails only when the counter is full: then it is raised already.
  [[maybe_unused]] const ssize_t written = write(fd_.get(), &one, sizeof one);
  errno = saved;
}

bool EventFd::drain() const noexcept {
  return drain_fd(fd_.get());
}

Result<Wakeup> Wakeup::create(EventLoop& loop, Callback callback) {
  EventFd event = TRY(EventFd::create());
  // Lowered before the callback, so that a notification during the callback brings another one.
  auto wake = [raw = event.fd(), callback = std::move(callback)](Ready) mutable -> Result<Next> {
    if (!drain_fd(raw)) return Next::Keep;
    return callback();
  };
  Registration registration = TRY(loop.watch(event.fd(), Interest::Read, std::move(wake)));
  return Wakeup(std::move(event), std::move(registration));
}

}  // namespace pierglass::loop
