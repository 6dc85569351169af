// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/core/waiter.hpp"

#include <utility>

namespace pierglass::guest {

void ConditionWaiter::wait_until(HostTime deadline) {
  // HostClock is steady_clock with nanoseconds.
  const std::chrono::steady_clock::time_point until(deadline.time_since_epoch());
  std::unique_lock lock(mutex_);
  condition_.wait_until(lock, until, [this] { return woken_; });
  woken_ = false;
}

void ConditionWaiter::wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  condition_.notify_one();
}

std::unique_ptr<Waiter> make_condition_waiter() {
  return std::make_unique<ConditionWaiter>();
}

}  // namespace pierglass::guest
