// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>

#include "base/clock.hpp"

namespace pierglass::guest {

// One thread sleeps in it, any other may wake it. A wake without a sleeper ends the next wait.
class Waiter {
 public:
  virtual ~Waiter() = default;
  virtual void wait_until(HostTime deadline) = 0;
  virtual void wake() = 0;
};

// As exact as the standard library's timed wait: good on Linux. Windows has its own.
class ConditionWaiter final : public Waiter {
 public:
  void wait_until(HostTime deadline) override;
  void wake() override;

 private:
  std::mutex mutex_;
  std::condition_variable condition_;
  bool woken_ = false;
};

using MakeWaiter = std::unique_ptr<Waiter> (*)();
std::unique_ptr<Waiter> make_condition_waiter();

}  // namespace pierglass::guest
