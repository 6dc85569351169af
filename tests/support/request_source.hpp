// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "guest/core/capture_source.hpp"

namespace pierglass::test {

// Hands out another source's pictures by number: `first` of them as fast as they are asked for,
// after these one for each allow().
class RequestSource final : public guest::CaptureSource {
 public:
  // `inner` outlives this.
  RequestSource(guest::CaptureSource& inner, std::uint64_t first)
      : inner_(inner), allowed_(first) {}

  // Any thread.
  void allow() {
    {
      const std::lock_guard lock(mutex_);
      ++allowed_;
    }
    changed_.notify_one();
  }

  guest::CaptureOutcome acquire(HostTime now, Nanoseconds timeout,
                                guest::CapturedFrame& frame) override {
    {
      std::unique_lock lock(mutex_);
      if (!changed_.wait_for(lock, timeout, [this] { return allowed_ != 0; }))
        return guest::CaptureOutcome::Timeout;
      --allowed_;
    }
    return inner_.acquire(now, timeout, frame);
  }
  void release() override { inner_.release(); }
  Result<void> reinit() override { return inner_.reinit(); }
  guest::PointerSource& pointer() override { return inner_.pointer(); }
  void move_pointer(Point position) override { inner_.move_pointer(position); }
  void request_mode(Size size, std::uint32_t millihertz) override {
    inner_.request_mode(size, millihertz);
  }

 private:
  guest::CaptureSource& inner_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t allowed_;
};

}  // namespace pierglass::test
