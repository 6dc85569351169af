// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "loop/event_loop.hpp"
#include "loop/timer.hpp"
#include "loop/wakeup.hpp"

namespace pierglass::app {

// Serves objects that only say when they want to be called: asks for the next moment before each
// wait of the loop, and calls at that moment. What has no moment costs nothing but the question.
class Deadline final : private loop::WaitHook {
 public:
  using Next = std::move_only_function<std::optional<HostTime>()>;
  using Serve = std::move_only_function<void(HostTime now)>;

  // Both are called on the loop's thread until this ends; the loop outlives it. Made after every
  // other hook of the loop, it also sees what their before_wait() did.
  static Result<std::unique_ptr<Deadline>> create(loop::EventLoop& loop, Next next, Serve serve);

 private:
  Deadline(loop::EventFd idle, Next next, Serve serve)
      : idle_(std::move(idle)), next_(std::move(next)), serve_(std::move(serve)) {}

  Result<void> before_wait() override;
  Result<void> after_wait(loop::Ready /*ready*/) override { return {}; }

  loop::EventFd idle_;  // never raised: the loop wants a descriptor for a hook
  Next next_;
  Serve serve_;
  std::optional<HostTime> armed_;
  std::unique_ptr<loop::Timer> timer_;
  loop::Registration registration_;
};

}  // namespace pierglass::app
