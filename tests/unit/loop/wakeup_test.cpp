// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/wakeup.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace pierglass::loop {
namespace {

struct WakeupTest : testing::Test {
  std::unique_ptr<EventLoop> loop = EventLoop::create().value();
};

TEST_F(WakeupTest, AnEventFdIsRaisedUntilDrained) {
  const EventFd event = EventFd::create().value();
  EXPECT_FALSE(event.drain());
  event.notify();
  event.notify();
  EXPECT_TRUE(event.drain());
  EXPECT_FALSE(event.drain());
}

TEST_F(WakeupTest, SeveralNotificationsAreOneCall) {
  int calls = 0;
  const Wakeup wakeup = Wakeup::create(*loop, [&] {
                          ++calls;
                          return Next::Keep;
                        }).value();
  wakeup.notify();
  wakeup.notify();
  ASSERT_TRUE(loop->step(std::chrono::seconds(5)));
  ASSERT_TRUE(loop->step(Nanoseconds(0)));
  EXPECT_EQ(calls, 1);
}

TEST_F(WakeupTest, ANotificationDuringTheCallbackBringsAnother) {
  int calls = 0;
  const Wakeup* self = nullptr;
  const Wakeup wakeup = Wakeup::create(*loop, [&] {
                          if (++calls == 1) self->notify();
                          return Next::Keep;
                        }).value();
  self = &wakeup;
  wakeup.notify();
  ASSERT_TRUE(loop->step(std::chrono::seconds(5)));
  ASSERT_TRUE(loop->step(std::chrono::seconds(5)));
  EXPECT_EQ(calls, 2);
}

// Whatever the threads wrote before they notified is seen by the last callback.
TEST_F(WakeupTest, NoWakeUpIsLostInARaceOfThreads) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 2000;
  std::atomic<int> written = 0;
  int calls = 0;
  const Wakeup wakeup = Wakeup::create(*loop, [&] {
                          ++calls;
                          if (written.load(std::memory_order_acquire) == kThreads * kRounds)
                            loop->quit();
                          return Next::Keep;
                        }).value();
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < kRounds; ++round) {
        written.fetch_add(1, std::memory_order_release);
        wakeup.notify();
      }
    });
  }
  ASSERT_TRUE(loop->run());
  EXPECT_GE(calls, 1);
  EXPECT_LE(calls, kThreads * kRounds);
}

}  // namespace
}  // namespace pierglass::loop
