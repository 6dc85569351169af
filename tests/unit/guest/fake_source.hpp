// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <vector>

#include "guest/core/capture_source.hpp"
#include "tests/unit/guest/pictures.hpp"

namespace pierglass::guest::test {

// Does what the test says at each look; checks that frames are released.
class FakeSource final : public CaptureSource, private PointerSource {
 public:
  // Called by acquire(); answers Frame after it filled `frame`.
  std::function<CaptureOutcome(CapturedFrame&)> on_acquire;
  // From now on each look finds `picture`, with what is then in `damage`; both are borrowed.
  void shows(const Picture& picture, const std::vector<Rect>& damage) {
    on_acquire = [&](CapturedFrame& frame) {
      frame.picture = picture.image;
      frame.damage = damage;
      return CaptureOutcome::Frame;
    };
  }
  std::function<Result<void>()> on_reinit = [] { return Result<void>(); };
  std::function<PointerUpdate()> on_poll = [] { return PointerUpdate{}; };
  // Whether it tells of news by itself; gets the waiter to wake.
  std::function<bool(Waiter*)> on_wake_on_news = [](Waiter*) { return false; };

  CaptureOutcome acquire(HostTime, Nanoseconds, CapturedFrame& frame) override {
    if (held) ++faults;
    const CaptureOutcome outcome = on_acquire(frame);
    held = outcome == CaptureOutcome::Frame;
    return outcome;
  }
  void release() override {
    if (!held) ++faults;
    held = false;
  }
  void between_pictures() override {
    if (held) ++faults;
    ++between;
  }
  bool rest() override {
    if (!rests) return false;
    ++rested;
    held = false;
    return true;
  }
  Result<void> reinit() override { return on_reinit(); }
  PointerSource& pointer() override { return *this; }
  void move_pointer(Point position) override {
    const std::lock_guard lock(mutex);
    pointer_moves.push_back(position);
  }
  void request_mode(Size size, std::uint32_t) override {
    const std::lock_guard lock(mutex);
    modes.push_back(size);
  }

  bool rests = false;  // lets go when nobody looks
  std::atomic<int> rested{0};
  std::uint64_t between = 0;  // times between pictures
  bool held = false;
  int faults = 0;  // a second frame while one is held, or a release without one
  std::mutex mutex;
  std::vector<Point> pointer_moves;
  std::vector<Size> modes;

 private:
  PointerUpdate poll(HostTime) override { return on_poll(); }
  bool wake_on_news(Waiter* waiter) override { return on_wake_on_news(waiter); }
};

}  // namespace pierglass::guest::test
