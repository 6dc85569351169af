// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <atomic>
#include <memory>
#include <thread>

#include "guest/core/publisher.hpp"
#include "tests/support/wait_until.hpp"
#include "tests/unit/ring/ring_region.hpp"

namespace pierglass::guest::test {

class Counter final : public PublisherObserver {
 public:
  void on_published(const Step& step) override { newest = step.sequence; }
  void on_too_large(Size, wire::PixelFormat) override { ++too_large; }
  std::atomic<std::uint64_t> newest{0};
  std::atomic<int> too_large{0};
};

// Runs a publisher in a thread of its own until the test ends it.
class Running {
 public:
  explicit Running(CaptureSource& source, const PublisherOptions& options = {},
                   MakeWaiter make_waiter = make_condition_waiter, Doorbell* doorbell = nullptr)
      : publisher_(Publisher::create(region.span(), {}, 77, source, counter, options, make_waiter,
                                     doorbell)
                       .value()),
        thread_([this] { result_ = publisher_->run(); }) {}
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() {
    if (thread_.joinable()) (void)finish();
  }

  Result<PublisherSummary> finish() {
    publisher_->stop();
    return join();
  }
  Result<PublisherSummary> join() {
    thread_.join();
    return result_;
  }
  bool reaches(std::uint64_t sequence) {
    return pierglass::test::wait_until([&] { return counter.newest >= sequence; },
                                       std::chrono::seconds(10));
  }
  void end_session() { publisher_.reset(); }
  [[nodiscard]] Publisher& publisher() const { return *publisher_; }

  ring::test::Region region;
  Counter counter;

 private:
  std::unique_ptr<Publisher> publisher_;
  Result<PublisherSummary> result_;
  std::thread thread_;
};

}  // namespace pierglass::guest::test
