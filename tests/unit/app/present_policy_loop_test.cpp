// SPDX-License-Identifier: GPL-2.0-or-later
//
// When the loop draws once the compositor says what becomes of its commits.
#include <gtest/gtest.h>

#include "tests/unit/app/loop_bench.hpp"

namespace pierglass::app {
namespace {

using std::chrono::milliseconds;

class PolicyLoop : public Loop {
 protected:
  static constexpr Nanoseconds kRefresh = milliseconds(16);

  void use(pace::PolicyChoice choice) {
    loop_.use_policy(pace::PresentPolicy(choice));
    surface_.tells = true;
  }
  // A frame, its commit, and the compositor's answers to it: at the end of its refresh.
  void show() {
    const std::size_t commits = surface_.asked.size();
    ++source_.newest;
    step(kRefresh);
    ASSERT_EQ(surface_.asked.size(), commits + 1);
    loop_.on_callback(now_);
    shown_ += kRefresh;
    while (shown_ < now_) shown_ += kRefresh;
    now_ = shown_ + milliseconds(1);
    loop_.on_presented(now_, {.commit = surface_.asked.back(),
                              .time = shown_,
                              .refresh = kRefresh,
                              .flags = pace::Presented::kVsync});
  }
  void prove() {
    for (int i = 0; i < 4; ++i) show();
    presenter_.take();
  }

  HostTime shown_ = now_;
};

TEST_F(PolicyLoop, AsksAboutEachCommitAndNothingElse) {
  use(pace::PolicyChoice::Auto);
  prove();
  const auto asked = surface_.asked;
  for (int i = 0; i < 10; ++i) step();
  EXPECT_EQ(surface_.asked, asked) << "nothing was committed";
  EXPECT_EQ(asked, (std::vector<std::uint64_t>{1, 2, 3, 4}));
  EXPECT_EQ(loop_.snapshot().presented.presented, 4u);
  EXPECT_EQ(loop_.snapshot().policy, pace::Policy::Mailbox);
}

TEST_F(PolicyLoop, AnotherPolicyTakesOverWithACommitUnderWay) {
  use(pace::PolicyChoice::Auto);
  prove();
  ask({.tearing = true});
  loop_.on_callback(now_);
  ++source_.newest;
  step(pace::PresentGate::kCallbackDue);
  const std::uint64_t under_way = surface_.asked.back();
  const std::uint64_t draws = loop_.snapshot().gate.draws;
  const std::uint64_t presented = loop_.snapshot().presented.presented;
  ASSERT_GT(presented, 0u);
  use(pace::PolicyChoice::Callback);
  EXPECT_TRUE(loop_.snapshot().tearing) << "as it was wished";
  EXPECT_EQ(loop_.snapshot().presented.presented, presented) << "counting goes on";
  ask({.tearing = false});
  loop_.on_presented(now_, {.commit = under_way, .time = now_, .refresh = kRefresh, .flags = 0});
  EXPECT_EQ(loop_.snapshot().policy, pace::Policy::Callback);
  EXPECT_EQ(loop_.snapshot().gate.draws, draws) << "the callback is waited for";
  loop_.on_callback(now_);
  ++source_.newest;
  step(kRefresh);
  EXPECT_GT(loop_.snapshot().gate.draws, draws);
}

TEST_F(PolicyLoop, ADrawThatFindsNoBufferLeavesItsQuestionToTheNext) {
  use(pace::PolicyChoice::Auto);
  prove();
  presenter_.fails = ErrorCode::Busy;
  ++source_.newest;
  step();
  step();
  presenter_.fails.reset();
  step();
  EXPECT_EQ(surface_.asked, (std::vector<std::uint64_t>{1, 2, 3, 4, 5}));
}

TEST_F(PolicyLoop, ADrawThatFindsNoBufferIsCountedOnceAStep) {
  use(pace::PolicyChoice::Auto);
  prove();
  presenter_.fails = presenter_.upload_fails = ErrorCode::Busy;
  PresentRequests requests;
  requests.panel = {"text"};
  ++source_.newest;
  ask(requests);
  EXPECT_EQ(loop_.snapshot().busy, 1u);
}

// The commit that took the picture away took the question along.
TEST_F(PolicyLoop, AHiddenWindowAsksAnew) {
  use(pace::PolicyChoice::Auto);
  prove();
  presenter_.fails = ErrorCode::Busy;
  ++source_.newest;
  step();
  presenter_.fails.reset();
  surface_.pending = VideoSurface::State{.buffer = {100, 50}, .hidden = true};
  step();
  surface_.pending = VideoSurface::State{.buffer = {100, 50}};
  step();
  EXPECT_EQ(surface_.asked, (std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6}));
}

TEST_F(PolicyLoop, DoesNotAskUnderCallbacks) {
  use(pace::PolicyChoice::Callback);
  source_.newest = 1;
  step();
  EXPECT_TRUE(surface_.asked.empty());
  EXPECT_EQ(surface_.callbacks, 1);
}

TEST_F(PolicyLoop, MailboxDrawsWithoutWaitingForTheCallback) {
  use(pace::PolicyChoice::Mailbox);
  prove();
  ++source_.newest;
  step(milliseconds(2));
  ++source_.newest;
  step(milliseconds(2));
  EXPECT_EQ(presenter_.take(), (Said{"upload", "draw", "upload", "draw"}));
  EXPECT_EQ(surface_.callbacks, 2) << "in a tenth of a second: to know that the window is seen";
}

TEST_F(PolicyLoop, LateSleepsUntilItsTimeAndThenTakesTheNewest) {
  use(pace::PolicyChoice::Late);
  prove();
  source_.rings = true;
  source_.bell = 0;
  ++source_.newest;
  const Nanoseconds sleep = step(Nanoseconds(0));
  EXPECT_TRUE(presenter_.take().empty());
  EXPECT_FALSE(on_doorbell_);
  EXPECT_GT(sleep, Nanoseconds::zero());
  EXPECT_LT(now_ + sleep, shown_ + kRefresh);
  ++source_.newest;
  step(sleep + std::chrono::microseconds(100));  // what the step itself took, and a late timer
  EXPECT_EQ(presenter_.take(), (Said{"upload", "draw"}));
  EXPECT_EQ(source_.seen, source_.newest);
}

TEST_F(PolicyLoop, WithoutNewsNothingIsTimed) {
  use(pace::PolicyChoice::Late);
  prove();
  source_.rings = true;
  source_.bell = 0;
  loop_.on_attention(now_);
  for (int i = 0; i < 200; ++i) step();
  const auto before = loop_.snapshot();
  for (int i = 0; i < 50; ++i) step();
  EXPECT_EQ(loop_.snapshot().gate.draws, before.gate.draws);
  EXPECT_EQ(loop_.snapshot().ladder.sleeps[static_cast<std::size_t>(pace::Rung::Blocked)],
            before.ladder.sleeps[static_cast<std::size_t>(pace::Rung::Blocked)]);
}

TEST_F(PolicyLoop, TheGuestIsToldOfEachLatchThatIsKnown) {
  use(pace::PolicyChoice::Auto);
  prove();
  EXPECT_TRUE(source_.latches.empty()) << "it was not known";
  for (std::size_t i = 1; i <= 3; ++i) {
    show();
    ASSERT_EQ(source_.latches.size(), i);
    EXPECT_GT(source_.latches.back(), Nanoseconds::zero());
    EXPECT_LE(source_.latches.back(), kRefresh);
  }
  loop_.on_attention(now_);
  step(Nanoseconds(0));
  const auto told = source_.latches.size();
  for (int i = 0; i < 5; ++i) step(Nanoseconds(0));
  EXPECT_EQ(source_.latches.size(), told);
}

TEST_F(PolicyLoop, ThatNoLatchIsKnownAnyMoreIsToldOnce) {
  use(pace::PolicyChoice::Auto);
  prove();
  show();
  ASSERT_FALSE(source_.latches.empty());
  source_.latches.clear();
  surface_.pending = VideoSurface::State{.buffer = {100, 50}, .suspended = true};
  step();
  step();
  EXPECT_EQ(source_.latches, std::vector{Nanoseconds::zero()});
}

TEST_F(PolicyLoop, TearingShowsEachPictureAtOnceUntilItEnds) {
  use(pace::PolicyChoice::Late);
  prove();
  EXPECT_EQ(ask({.tearing = true}).tearing, Tearing::On);
  EXPECT_TRUE(surface_.tearing);
  EXPECT_EQ(presenter_.take(), Said{"draw"}) << "it goes with a commit";
  EXPECT_TRUE(loop_.snapshot().tearing);
  EXPECT_EQ(loop_.snapshot().policy, pace::Policy::Mailbox);
  const auto asked = surface_.asked;
  for (int i = 0; i < 3; ++i) {
    ++source_.newest;
    step(milliseconds(1));
    EXPECT_EQ(presenter_.take(), (Said{"upload", "draw"}));
  }
  EXPECT_EQ(surface_.asked, asked) << "nothing is learned from it";
  step();
  loop_.on_callback(now_);
  EXPECT_EQ(ask({.tearing = false}).tearing, Tearing::Off);
  EXPECT_FALSE(surface_.tearing);
  EXPECT_EQ(loop_.snapshot().policy, pace::Policy::Callback) << "proven anew";
}

TEST_F(PolicyLoop, TearingThatCannotBeIsToldAndChangesNothing) {
  use(pace::PolicyChoice::Auto);
  prove();
  surface_.may_tear = false;
  EXPECT_EQ(ask({.tearing = true}).tearing, Tearing::NotHere);
  EXPECT_EQ(loop_.snapshot().policy, pace::Policy::Mailbox);
  EXPECT_FALSE(loop_.snapshot().tearing);
  EXPECT_EQ(ask({.tearing = false}).tearing, Tearing::Off);
  surface_.may_tear = true;
  presenter_.leaves = false;
  EXPECT_EQ(ask({.tearing = true}).tearing, Tearing::ByDriver);
  EXPECT_FALSE(surface_.tearing);
}

TEST_F(PolicyLoop, AHiddenWindowIsForgottenAndProvenAnew) {
  use(pace::PolicyChoice::Auto);
  prove();
  ASSERT_EQ(loop_.snapshot().policy, pace::Policy::Mailbox);
  surface_.pending = VideoSurface::State{.buffer = {100, 50}, .hidden = true};
  step();
  EXPECT_EQ(loop_.snapshot().policy, pace::Policy::Callback);
}

}  // namespace
}  // namespace pierglass::app
