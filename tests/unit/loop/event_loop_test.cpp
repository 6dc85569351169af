// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/event_loop.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <vector>

namespace pierglass::loop {
namespace {

// No wait in these tests needs this long.
constexpr Nanoseconds kLimit = std::chrono::seconds(5);
constexpr Nanoseconds kNow{0};

struct Pipe {
  Fd read_end;
  Fd write_end;

  Pipe() {
    std::array<int, 2> ends;
    EXPECT_EQ(pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), 0);
    read_end.reset(ends[0]);
    write_end.reset(ends[1]);
  }
  void put() const { EXPECT_EQ(write(write_end.get(), "x", 1), 1); }
  void take() const {
    char byte;
    EXPECT_EQ(read(read_end.get(), &byte, 1), 1);
  }
};

struct EventLoopTest : testing::Test {
  std::unique_ptr<EventLoop> loop = EventLoop::create().value();

  Registration watch(const Pipe& pipe, Callback callback) {
    return loop->watch(pipe.read_end.get(), Interest::Read, std::move(callback)).value();
  }
  void step(Nanoseconds limit = kLimit) { ASSERT_TRUE(loop->step(limit)); }
};

TEST_F(EventLoopTest, CallsBackWhileADescriptorIsReadable) {
  const Pipe pipe;
  int calls = 0;
  const Registration token = watch(pipe, [&](Ready ready) {
    EXPECT_TRUE(ready.readable);
    EXPECT_FALSE(ready.hung_up);
    ++calls;
    return Next::Keep;
  });
  step(kNow);
  EXPECT_EQ(calls, 0);
  pipe.put();
  step();
  step();
  EXPECT_EQ(calls, 2) << "level-triggered: the byte is still there";
  pipe.take();
  step(kNow);
  EXPECT_EQ(calls, 2);
}

TEST_F(EventLoopTest, StopEndsTheRegistrationWhileItsTokenLives) {
  const Pipe pipe;
  int calls = 0;
  const Registration token = watch(pipe, [&](Ready) {
    ++calls;
    return Next::Stop;
  });
  pipe.put();
  step();
  step(kNow);
  EXPECT_EQ(calls, 1);
}

TEST_F(EventLoopTest, DroppingTheTokenEndsTheRegistration) {
  const Pipe pipe;
  int calls = 0;
  Registration token = watch(pipe, [&](Ready) {
    ++calls;
    return Next::Keep;
  });
  pipe.put();
  token.reset();
  step(kNow);
  EXPECT_EQ(calls, 0);
}

TEST_F(EventLoopTest, ACallbackMayDropItsOwnToken) {
  const Pipe pipe;
  std::optional<Registration> token;
  auto guard = std::make_shared<int>(0);
  const std::weak_ptr<int> captured = guard;
  token = watch(pipe, [&token, guard](Ready) {
    token.reset();
    ++*guard;  // the captures outlive the call
    return Next::Keep;
  });
  guard.reset();
  pipe.put();
  step();
  EXPECT_TRUE(captured.expired()) << "the callback ends with its registration";
  step(kNow);
}

TEST_F(EventLoopTest, ACallbackMayRemoveAnotherThatIsReadyInTheSameRound) {
  const Pipe one;
  const Pipe two;
  int calls = 0;
  std::array<Registration, 2> tokens;
  tokens[0] = watch(one, [&](Ready) {
    ++calls;
    tokens[1].reset();
    return Next::Keep;
  });
  tokens[1] = watch(two, [&](Ready) {
    ++calls;
    tokens[0].reset();
    return Next::Keep;
  });
  one.put();
  two.put();
  step();
  EXPECT_EQ(calls, 1) << "whichever comes first removes the other";
  tokens = {};
}

TEST_F(EventLoopTest, ACallbackMayReplaceARegistrationOfTheSameDescriptor) {
  const Pipe pipe;
  int second = 0;
  Registration token = watch(pipe, [&](Ready) {
    token.reset();
    token = watch(pipe, [&](Ready) {
      ++second;
      return Next::Stop;
    });
    return Next::Keep;
  });
  pipe.put();
  step();
  EXPECT_EQ(second, 0);
  step();
  EXPECT_EQ(second, 1);
}

TEST_F(EventLoopTest, AnEndingCallbackMayOwnOtherTokens) {
  const Pipe one;
  const Pipe two;
  auto inner = std::make_shared<Registration>(watch(two, [](Ready) { return Next::Keep; }));
  Registration outer = watch(one, [inner = std::move(inner)](Ready) { return Next::Keep; });
  outer.reset();
  two.put();
  step(kNow);
}

TEST_F(EventLoopTest, AHangUpIsToldWhateverTheInterest) {
  Pipe pipe;
  bool hung_up = false;
  const Registration token = loop->watch(pipe.read_end.get(), Interest::Write,
                                         [&](Ready ready) {
                                           hung_up = ready.hung_up;
                                           return Next::Stop;
                                         })
                                 .value();
  pipe.write_end.reset();
  step();
  EXPECT_TRUE(hung_up);
}

TEST_F(EventLoopTest, InterestMayChange) {
  const Pipe pipe;
  std::vector<Ready> seen;
  Registration token = loop->watch(pipe.write_end.get(), Interest::Read,
                                   [&](Ready ready) {
                                     seen.push_back(ready);
                                     return Next::Keep;
                                   })
                           .value();
  step(kNow);
  EXPECT_TRUE(seen.empty());
  ASSERT_TRUE(token.set_interest(Interest::ReadWrite));
  step();
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_TRUE(seen[0].writable);
}

TEST_F(EventLoopTest, ACallbacksErrorEndsRun) {
  const Pipe pipe;
  const Registration token =
      watch(pipe, [](Ready) -> Result<Next> { return fail(ErrorCode::Lost, "test"); });
  pipe.put();
  const Result<void> ended = loop->run();
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, ErrorCode::Lost);
}

TEST_F(EventLoopTest, QuitEndsRunAfterTheRound) {
  const Pipe pipe;
  const Registration token = watch(pipe, [&](Ready) {
    loop->quit();
    return Next::Keep;
  });
  pipe.put();
  EXPECT_TRUE(loop->run());
}

TEST_F(EventLoopTest, WatchingAClosedDescriptorFails) {
  const Result<Registration> token =
      loop->watch(-1, Interest::Read, [](Ready) { return Next::Keep; });
  ASSERT_FALSE(token);
  EXPECT_EQ(token.error().os, EBADF);
}

TEST_F(EventLoopTest, TheLoopClosesNoDescriptor) {
  const Pipe pipe;
  Registration token = watch(pipe, [](Ready) { return Next::Keep; });
  token.reset();
  loop.reset();
  EXPECT_NE(fcntl(pipe.read_end.get(), F_GETFD), -1);
}

// Writes down when it was called, and fails or quits on demand.
struct RecordingHook final : WaitHook {
  std::vector<std::string> calls;
  EventLoop* quit_before = nullptr;
  bool fail_before = false;
  bool fail_after = false;

  Result<void> before_wait() override {
    if (fail_before) return fail(ErrorCode::Lost, "before");
    calls.emplace_back("before");
    if (quit_before != nullptr) quit_before->quit();
    return {};
  }
  Result<void> after_wait(Ready ready) override {
    calls.emplace_back(ready.any() ? "after ready" : "after");
    if (fail_after) return fail(ErrorCode::Lost, "after");
    return {};
  }
};

using Calls = std::vector<std::string>;

TEST_F(EventLoopTest, AHookRunsAroundEachWaitAndBeforeCallbacks) {
  const Pipe hooked;
  const Pipe plain;
  RecordingHook hook;
  const Registration one =
      loop->watch_with_hook(hooked.read_end.get(), Interest::Read, hook).value();
  const Registration two = watch(plain, [&](Ready) {
    hook.calls.emplace_back("callback");
    return Next::Stop;
  });
  plain.put();
  step();
  EXPECT_EQ(hook.calls, (Calls{"before", "after", "callback"}));
  hook.calls.clear();
  hooked.put();
  step();
  EXPECT_EQ(hook.calls, (Calls{"before", "after ready"}));
}

TEST_F(EventLoopTest, AHookThatPreparedIsAlwaysFinished) {
  const Pipe pipe;
  const Pipe other;
  RecordingHook first;
  RecordingHook second;
  const Registration one =
      loop->watch_with_hook(pipe.read_end.get(), Interest::Read, first).value();
  const Registration two =
      loop->watch_with_hook(other.read_end.get(), Interest::Read, second).value();
  second.fail_before = true;
  EXPECT_FALSE(loop->step(kNow));
  EXPECT_EQ(first.calls, (Calls{"before", "after"}))
      << "the second failed after the first prepared";

  first.calls.clear();
  second.fail_before = false;
  first.fail_after = true;
  second.calls.clear();
  EXPECT_FALSE(loop->step(kNow));
  EXPECT_EQ(second.calls, (Calls{"before", "after"}))
      << "the first failed before the second finished";
}

TEST_F(EventLoopTest, QuitInAHookSkipsTheWait) {
  const Pipe pipe;
  RecordingHook hook;
  hook.quit_before = loop.get();
  const Registration token =
      loop->watch_with_hook(pipe.read_end.get(), Interest::Read, hook).value();
  EXPECT_TRUE(loop->run());
  EXPECT_EQ(hook.calls, (Calls{"before", "after"}));
}

}  // namespace
}  // namespace pierglass::loop
