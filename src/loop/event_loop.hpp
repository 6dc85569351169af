// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "base/fd.hpp"
#include "base/result.hpp"

namespace pierglass::loop {

// What a callback wants to happen to its own registration. A callback that returns an Error
// instead ends EventLoop::run() with it.
enum class Next : std::uint8_t {
  Keep,  // call me again
  Stop,  // this registration ends; its token may stay alive and does nothing more
};

enum class Interest : std::uint8_t { Read, Write, ReadWrite };

// Level-triggered state of a descriptor. Hang-up and errors are reported whatever the interest is.
struct Ready {
  bool readable = false;
  bool writable = false;
  bool hung_up = false;  // the other end closed, or the descriptor is in error

  [[nodiscard]] bool any() const { return readable || writable || hung_up; }
};

using Callback = std::move_only_function<Result<Next>(Ready)>;

// A source that must act around every wait, such as a connection with a prepare/read protocol.
class WaitHook {
 public:
  // Before each wait, after all callbacks of the previous one.
  virtual Result<void> before_wait() = 0;
  // Exactly once for each before_wait() that succeeded, before any callback, whatever ended the
  // wait (even when there was none because the loop was told to quit). `ready` is of the hook's
  // descriptor.
  virtual Result<void> after_wait(Ready ready) = 0;

 protected:
  WaitHook() = default;
  WaitHook(const WaitHook&) = default;
  WaitHook& operator=(const WaitHook&) = default;
  ~WaitHook() = default;
};

class EventLoop;
struct Watch;

// Token of one registration; dropping it ends the registration at once, also inside a callback,
// also its own. Must not outlive the loop. The descriptor is not owned and must stay open until
// then.
class Registration {
 public:
  Registration() = default;
  Registration(Registration&& other) noexcept;
  Registration& operator=(Registration&& other) noexcept;
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;
  ~Registration() { reset(); }

  [[nodiscard]] explicit operator bool() const { return watch_ != nullptr; }
  Result<void> set_interest(Interest interest);
  void reset() noexcept;

 private:
  friend class EventLoop;
  Registration(EventLoop* loop, Watch* watch) : loop_(loop), watch_(watch) {}

  EventLoop* loop_ = nullptr;
  Watch* watch_ = nullptr;
};

// Waits on descriptors (epoll, level-triggered) and calls back. One thread uses it; only Wakeup and
// EventFd may be used from others. Closes nothing that it did not open.
class EventLoop {
 public:
  static Result<std::unique_ptr<EventLoop>> create();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;
  ~EventLoop();  // every Registration must be gone

  // `callback` runs whenever `fd` is ready, until it returns Next::Stop or the token is dropped.
  Result<Registration> watch(int fd, Interest interest, Callback callback);

  // `hook` runs around each wait; `fd` ends waits and its state is given to after_wait().
  Result<Registration> watch_with_hook(int fd, Interest interest, WaitHook& hook);

  // Dispatches until quit(), or until a callback or hook fails.
  Result<void> run();

  // One wait of at most `limit` (none: as long as it takes) and what it brings.
  Result<void> step(std::optional<Nanoseconds> limit);

  // run() returns after the current round of callbacks, or at once if it comes later. For good.
  void quit() { quit_ = true; }
  [[nodiscard]] bool quitting() const { return quit_; }

 private:
  friend class Registration;
  explicit EventLoop(Fd epoll);

  Result<Registration> add(int fd, Interest interest, std::unique_ptr<Watch> watch);
  void remove(Watch* watch) noexcept;
  void silence(Watch& watch) noexcept;
  void bury() noexcept;
  Result<void> step_guarded(std::optional<Nanoseconds> limit);
  Result<void> before_wait();
  Result<void> after_wait();
  Result<void> dispatch(Watch& watch);

  Fd epoll_;
  std::vector<std::unique_ptr<Watch>> watches_;
  bool busy_ = false;  // inside step(): removal only marks
  bool quit_ = false;
};

}  // namespace pierglass::loop
