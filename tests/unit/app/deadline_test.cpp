// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/deadline.hpp"

#include <gtest/gtest.h>

namespace pierglass::app {
namespace {

using namespace std::chrono_literals;

struct DeadlineTest : testing::Test {
  std::unique_ptr<loop::EventLoop> loop = *loop::EventLoop::create();
  std::optional<HostTime> wanted;
  int served = 0;
  std::unique_ptr<Deadline> deadline = *Deadline::create(
      *loop, [this] { return wanted; },
      [this](HostTime now) {
        EXPECT_GE(now, *wanted);
        wanted.reset();
        ++served;
      });
};

TEST_F(DeadlineTest, ServesAtTheMomentThatIsWantedAndOnce) {
  wanted = HostClock::now() + 2ms;
  ASSERT_TRUE(loop->step(5s));
  EXPECT_EQ(served, 1);
  ASSERT_TRUE(loop->step(0s));
  EXPECT_EQ(served, 1);
}

TEST_F(DeadlineTest, AMomentThatIsTakenBackIsNotServed) {
  wanted = HostClock::now();
  auto other = *loop::Wakeup::create(*loop, [this]() -> Result<loop::Next> {
    wanted.reset();
    return loop::Next::Keep;
  });
  wanted = HostClock::now() + 1h;
  other.notify();
  ASSERT_TRUE(loop->step(5s));  // armed, then taken back
  ASSERT_TRUE(loop->step(0s));
  EXPECT_EQ(served, 0);
}

TEST_F(DeadlineTest, AnEarlierMomentReplacesALaterOne) {
  wanted = HostClock::now() + 1h;
  ASSERT_TRUE(loop->step(0s));
  wanted = HostClock::now() + 1ms;
  ASSERT_TRUE(loop->step(5s));
  EXPECT_EQ(served, 1);
}

}  // namespace
}  // namespace pierglass::app
