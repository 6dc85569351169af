// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <csignal>
#include <functional>
#include <initializer_list>
#include <optional>
#include <utility>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "loop/event_loop.hpp"

namespace pierglass::loop {

// Delivers signals as callbacks. Blocks them in the calling thread, and so in each thread that it
// starts later: create it before any other thread. Ending it restores the former mask.
class Signals {
 public:
  using Callback = std::move_only_function<Result<Next>(int signal)>;
  Signals(Signals&&) noexcept = default;
  Signals& operator=(Signals&&) = delete;

  static Result<Signals> create(EventLoop& loop, std::initializer_list<int> signals,
                                Callback callback);

 private:
  class Mask {
   public:
    explicit Mask(const sigset_t& former) : former_(former) {}
    Mask(Mask&& other) noexcept : former_(std::exchange(other.former_, std::nullopt)) {}
    Mask& operator=(Mask&&) = delete;
    ~Mask();

   private:
    std::optional<sigset_t> former_;
  };

  Signals(Mask mask, Fd fd, Registration registration)
      : mask_(std::move(mask)), fd_(std::move(fd)), registration_(std::move(registration)) {}

  Mask mask_;
  Fd fd_;
  Registration registration_;
};

}  // namespace pierglass::loop
