// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <functional>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "loop/event_loop.hpp"

namespace pierglass::loop {

// A flag in the kernel that any thread may raise and that poll() sees as readable.
class EventFd {
 public:
  static Result<EventFd> create();

  // Raises the flag. Any thread, also a signal handler; never blocks.
  void notify() const noexcept;
  // Lowers it; true when it was raised. Never blocks.
  bool drain() const noexcept;
  [[nodiscard]] int fd() const { return fd_.get(); }

 private:
  explicit EventFd(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
};

// Calls back on the loop's thread after another thread notified; several notifications that come
// before the loop gets to it are one call.
class Wakeup {
 public:
  using Callback = std::move_only_function<Result<Next>()>;
  Wakeup(Wakeup&&) noexcept = default;
  Wakeup& operator=(Wakeup&&) = delete;

  static Result<Wakeup> create(EventLoop& loop, Callback callback);

  // Any thread while this object neither moves nor ends; never blocks.
  void notify() const noexcept { event_.notify(); }

 private:
  Wakeup(EventFd event, Registration registration)
      : event_(std::move(event)), registration_(std::move(registration)) {}

  EventFd event_;
  Registration registration_;
};

}  // namespace pierglass::loop
