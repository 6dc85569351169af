// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/signals.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <vector>

namespace pierglass::loop {
namespace {

bool blocked(int signal) {
  sigset_t mask;
  EXPECT_EQ(pthread_sigmask(SIG_SETMASK, nullptr, &mask), 0);
  return sigismember(&mask, signal) == 1;
}

struct SignalsTest : testing::Test {
  std::unique_ptr<EventLoop> loop = EventLoop::create().value();
};

TEST_F(SignalsTest, ASignalBecomesACallback) {
  std::vector<int> seen;
  const Signals signals = Signals::create(*loop, {SIGUSR1, SIGUSR2}, [&](int signal) {
                            seen.push_back(signal);
                            return Next::Keep;
                          }).value();
  ASSERT_EQ(kill(getpid(), SIGUSR1), 0);
  ASSERT_EQ(kill(getpid(), SIGUSR2), 0);
  for (int i = 0; i < 3 && seen.size() < 2; ++i) ASSERT_TRUE(loop->step(std::chrono::seconds(5)));
  EXPECT_EQ(seen, (std::vector{SIGUSR1, SIGUSR2}));
}

TEST_F(SignalsTest, TheFormerMaskComesBack) {
  ASSERT_FALSE(blocked(SIGUSR1));
  {
    const Signals signals =
        Signals::create(*loop, {SIGUSR1}, [](int) { return Next::Keep; }).value();
    EXPECT_TRUE(blocked(SIGUSR1));
  }
  EXPECT_FALSE(blocked(SIGUSR1));
}

}  // namespace
}  // namespace pierglass::loop
