// SPDX-License-Identifier: GPL-2.0-or-later
#include "pace/present_policy.hpp"

#include <gtest/gtest.h>

#include "pace/present_gate.hpp"

namespace pierglass::pace {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr HostTime kStart{std::chrono::hours(3)};
constexpr Nanoseconds kRefresh = milliseconds(16);

// A screen that shows a picture each 16 ms from kStart on, and the client's part.
class PolicyTest : public testing::Test {
 protected:
  static HostTime turn(int number) { return kStart + number * kRefresh; }

  // Commits at `at`, and hears that it was shown at `shown`.
  void show(HostTime at, HostTime shown, std::uint32_t flags = Presented::kVsync) {
    policy_.on_commit(at - microseconds(300), at, ++commit_);
    hear(commit_, shown, flags);
  }
  void hear(std::uint64_t commit, HostTime shown, std::uint32_t flags = Presented::kVsync) {
    policy_.on_presented(shown + microseconds(100),
                         {.commit = commit, .time = shown, .refresh = kRefresh, .flags = flags});
  }
  // Until feedback is trusted.
  void prove() {
    for (int i = 1; i <= 4; ++i) show(turn(i) - milliseconds(4), turn(i));
    next_ = 5;
  }

  PresentPolicy policy_;
  std::uint64_t commit_ = 0;
  int next_ = 1;
};

TEST_F(PolicyTest, WaitsForCallbacksUntilFeedbackIsProven) {
  for (int i = 1; i <= 4; ++i) {
    EXPECT_EQ(policy_.policy(), Policy::Callback);
    show(turn(i) - milliseconds(4), turn(i));
  }
  EXPECT_EQ(policy_.policy(), Policy::Mailbox);
  EXPECT_EQ(policy_.period(), kRefresh);
  policy_.on_surface_reset();
  EXPECT_EQ(policy_.policy(), Policy::Callback);
}

TEST_F(PolicyTest, TheNextLatchIsKnownWhileTheScreensGridIs) {
  EXPECT_EQ(policy_.next_latch(kStart), std::nullopt);
  prove();
  const HostTime now = turn(4) + milliseconds(1);
  const auto latch = policy_.next_latch(now);
  ASSERT_TRUE(latch);
  EXPECT_GT(*latch, now);
  EXPECT_LT(*latch, turn(5) - LatchLead::kFloor);
  EXPECT_EQ(policy_.next_latch(*latch), *latch + kRefresh);
  EXPECT_EQ(policy_.next_latch(now + seconds(1)), std::nullopt) << "the grid has become uncertain";
  policy_.set_tearing(true);
  EXPECT_EQ(policy_.next_latch(now), std::nullopt);
}

// As compositors do that know no refresh of a screen of variable rate.
TEST_F(PolicyTest, APictureWithoutARefreshSaysNothingOfTurns) {
  policy_ = PresentPolicy(PolicyChoice::Mailbox);
  policy_.on_commit(kStart, kStart, 1);
  policy_.on_presented(turn(1), {.commit = 1, .time = turn(1), .flags = Presented::kVsync});
  ASSERT_EQ(policy_.period(), Nanoseconds::zero());
  policy_.on_wait(turn(2));
  policy_.on_wake(turn(2) + microseconds(50));
  EXPECT_EQ(policy_.next_latch(turn(2)), std::nullopt);
}

TEST_F(PolicyTest, UnderCallbacksThereIsNoLatch) {
  policy_ = PresentPolicy(PolicyChoice::Callback);
  policy_.watch();
  prove();
  EXPECT_EQ(policy_.next_latch(turn(4) + milliseconds(1)), std::nullopt);
}

TEST_F(PolicyTest, TearingCommitsAtOnceAndLearnsNothing) {
  policy_ = PresentPolicy(PolicyChoice::Late);
  policy_.watch();
  prove();
  ASSERT_EQ(policy_.policy(), Policy::Late);
  policy_.set_tearing(true);
  EXPECT_EQ(policy_.policy(), Policy::Mailbox);
  const HostTime now = turn(next_) + milliseconds(2);
  EXPECT_EQ(policy_.earliest_commit(now), now);
  show(now, now + milliseconds(1), 0);
  EXPECT_EQ(policy_.earliest_commit(now), now + PresentPolicy::kMinSpacing);
  EXPECT_EQ(policy_.counters().torn, 1U);
  EXPECT_EQ(policy_.period(), Nanoseconds::zero());
  policy_.set_tearing(false);
  EXPECT_EQ(policy_.policy(), Policy::Callback);
}

TEST_F(PolicyTest, NothingRestsOnACompositorThatOnlyDiscards) {
  HostTime now = kStart;
  for (std::uint32_t i = 0; i < PresentPolicy::kMaxDiscards; ++i) {
    ASSERT_TRUE(policy_.wants_feedback(now));
    policy_.on_commit(now, now, ++commit_);
    policy_.on_discarded(now += milliseconds(16), commit_);
  }
  EXPECT_EQ(policy_.policy(), Policy::Callback);
  EXPECT_FALSE(policy_.wants_feedback(now));
  EXPECT_TRUE(policy_.wants_feedback(now + PresentPolicy::kAskAgain));
}

TEST_F(PolicyTest, NothingRestsOnTimesThatCannotBe) {
  prove();
  policy_.on_commit(turn(9), turn(9), ++commit_);
  hear(commit_, turn(8));
  EXPECT_EQ(policy_.policy(), Policy::Callback);
  prove();
  policy_.on_commit(turn(9), turn(9), ++commit_);
  policy_.on_presented(turn(9), {.commit = commit_, .time = turn(10), .refresh = kRefresh});
  EXPECT_EQ(policy_.policy(), Policy::Callback);
}

TEST_F(PolicyTest, NothingRestsOnFeedbackForCommitsThatNeverWere) {
  for (int i = 1; i <= 8; ++i) hear(static_cast<std::uint64_t>(i), turn(i));
  EXPECT_EQ(policy_.policy(), Policy::Callback);
  EXPECT_EQ(policy_.counters().presented, 0u);
  policy_.on_discarded(turn(9), 77);
  EXPECT_EQ(policy_.counters().discarded, 0u);
}

TEST_F(PolicyTest, MailboxCommitsOnArrivalOnceAMillisecond) {
  prove();
  const HostTime now = turn(5) + milliseconds(2);
  EXPECT_EQ(policy_.earliest_commit(now), now);
  policy_.on_commit(now, now, ++commit_);
  EXPECT_EQ(policy_.earliest_commit(now + microseconds(10)), now + PresentPolicy::kMinSpacing);
}

TEST_F(PolicyTest, LateCommitsOnceARefreshShortlyBeforeTheTurn) {
  policy_ = PresentPolicy(PolicyChoice::Late);
  prove();
  const HostTime now = turn(4) + milliseconds(2);
  const HostTime slot = policy_.earliest_commit(now);
  EXPECT_LT(slot, turn(5) - policy_.lead());
  EXPECT_GT(slot, turn(5) - policy_.lead() - milliseconds(1)) << "and time to draw in";
  policy_.on_commit(slot, slot + microseconds(300), ++commit_);
  EXPECT_GT(policy_.earliest_commit(turn(5)), turn(6)) << "one is under way";
  hear(commit_, turn(5));
  EXPECT_LT(policy_.earliest_commit(turn(5) + milliseconds(1)), turn(6));
}

TEST_F(PolicyTest, LateStillTakesASinglePictureThatComesAfterItsTime) {
  policy_ = PresentPolicy(PolicyChoice::Late);
  prove();
  const HostTime now = turn(5) - milliseconds(2);
  EXPECT_EQ(policy_.earliest_commit(now), now);
  const HostTime hopeless = turn(5) - microseconds(100);
  EXPECT_GT(policy_.earliest_commit(hopeless), turn(5));
}

TEST_F(PolicyTest, LateLearnsHowLateItIsWoken) {
  policy_ = PresentPolicy(PolicyChoice::Late);
  prove();
  const HostTime now = turn(4) + milliseconds(2);
  const HostTime planned = policy_.earliest_commit(now);
  policy_.on_wait(planned);
  policy_.on_wake(now + milliseconds(1));  // for something else
  EXPECT_EQ(policy_.earliest_commit(now), planned);
  policy_.on_wait(planned);
  policy_.on_wake(planned + milliseconds(1));
  EXPECT_EQ(policy_.earliest_commit(now), planned - milliseconds(1));
  policy_.on_wake(planned + milliseconds(5));  // after a sleep that was no such wait
  EXPECT_EQ(policy_.earliest_commit(now), planned - milliseconds(1));
}

TEST_F(PolicyTest, WhoIsTooLateForTwoTurnsInARowCommits) {
  policy_ = PresentPolicy(PolicyChoice::Late);
  prove();
  HostTime now = turn(4) + milliseconds(2);
  for (int i = 0; i < 2; ++i) {
    EXPECT_GT(policy_.earliest_commit(now), now);
    policy_.on_wait(policy_.earliest_commit(now));
    now = turn(5 + i) - microseconds(100);
    policy_.on_wake(now);
  }
  EXPECT_EQ(policy_.earliest_commit(now), now);
}

TEST_F(PolicyTest, LateDoesNotWaitForAnAnswerThatNeverComes) {
  policy_ = PresentPolicy(PolicyChoice::Late);
  prove();
  policy_.on_commit(turn(5), turn(5), ++commit_);
  const HostTime later = turn(5) + PresentPolicy::kOverdue;
  EXPECT_LT(policy_.earliest_commit(later), later + kRefresh);
}

TEST_F(PolicyTest, AnIdleScreenIsGivenItsPictureAtOnce) {
  policy_ = PresentPolicy(PolicyChoice::Late);
  prove();
  const HostTime now = turn(5) + seconds(10);
  EXPECT_EQ(policy_.earliest_commit(now), now);
}

TEST_F(PolicyTest, AVariableRateIsToldByWhatItShows) {
  prove();
  HostTime shown = turn(4);
  for (int i = 0; i < 8; ++i) {
    shown += milliseconds(23);
    show(shown - milliseconds(1), shown);
  }
  EXPECT_EQ(policy_.policy(), Policy::Variable);
  const HostTime now = shown + milliseconds(2);
  const HostTime earliest = policy_.earliest_commit(now);
  EXPECT_GT(earliest, now) << "the screen cannot show another yet";
  EXPECT_LT(earliest, shown + kRefresh);
  EXPECT_EQ(policy_.earliest_commit(shown + kRefresh), shown + kRefresh);
}

TEST_F(PolicyTest, WithoutARefreshTheRateIsVariableAndItsLimitTheShortestInterval) {
  HostTime shown = kStart;
  for (int i = 0; i < 6; ++i) {
    shown += milliseconds(i == 2 ? 10 : 20);
    policy_.on_commit(shown - milliseconds(2), shown - milliseconds(1), ++commit_);
    policy_.on_presented(shown, {.commit = commit_, .time = shown});
  }
  EXPECT_EQ(policy_.policy(), Policy::Variable);
  EXPECT_EQ(policy_.period(), milliseconds(10));
}

TEST_F(PolicyTest, TheSecondOfTwoTellsWhatTheCompositorDoes) {
  prove();
  for (int i = 0; i < HabitWatch::kWitnesses; ++i) {
    EXPECT_EQ(policy_.policy(), Policy::Mailbox);
    const int first = 5 + 3 * i;
    const HostTime at = turn(first - 1) + milliseconds(1);
    policy_.on_commit(at, at, ++commit_);
    policy_.on_commit(at + milliseconds(2), at + milliseconds(2), ++commit_);
    hear(commit_ - 1, turn(first));
    hear(commit_, turn(first + 1));
  }
  EXPECT_EQ(policy_.policy(), Policy::Late);
}

TEST_F(PolicyTest, WhoeverDrawsSlowlyWaitsForCallbacks) {
  prove();
  policy_.on_commit(turn(5), turn(5) + milliseconds(10), ++commit_);
  EXPECT_EQ(policy_.policy(), Policy::Callback);
}

TEST_F(PolicyTest, CountsWhatItIsTold) {
  prove();
  show(turn(6) - milliseconds(5), turn(7), Presented::kVsync | Presented::kZeroCopy);
  show(turn(8) - milliseconds(5), turn(8), 0);
  policy_.on_commit(turn(8), turn(8), ++commit_);
  policy_.on_discarded(turn(9), commit_);
  EXPECT_EQ(policy_.counters().presented, 6u);
  EXPECT_EQ(policy_.counters().late, 1u);
  EXPECT_EQ(policy_.counters().scanned_out, 1u);
  EXPECT_EQ(policy_.counters().torn, 1u);
  EXPECT_EQ(policy_.counters().discarded, 1u);
  EXPECT_FALSE(policy_.scanned_out());
}

TEST(PresentGatePolicy, ACallbackThatDoesNotComeIsWaitedForUnderAnyPolicy) {
  PresentGate gate{PresentPolicy(PolicyChoice::Mailbox)};
  gate.on_change();
  EXPECT_EQ(gate.draw_now(kStart), PresentGate::Draw::WithCallback);
  gate.drawn(kStart, kStart);
  gate.on_change();
  const HostTime soon = kStart + milliseconds(2);
  EXPECT_EQ(gate.draw_now(soon), PresentGate::Draw::WithoutCallback);
  gate.drawn(soon, soon);
  gate.on_change();
  const HostTime later = kStart + PresentGate::kCallbackDue;
  EXPECT_EQ(gate.draw_now(later), PresentGate::Draw::No);
  gate.on_callback(later);
  EXPECT_EQ(gate.draw_now(later), PresentGate::Draw::WithCallback);
}

TEST(PresentGatePolicy, OnlyWhoWaitsForTheCallbackIsHeldBackByIt) {
  PresentGate gate{PresentPolicy(PolicyChoice::Mailbox)};
  gate.on_change();
  gate.drawn(kStart, kStart);
  gate.on_change();
  EXPECT_EQ(gate.counters().held_back, 0u);
}

TEST(LatchLeadTest, ShrinksWhileAllIsInTimeAndKeepsAwayFromWhatWasTooShortTwice) {
  LatchLead lead;
  lead.reset(milliseconds(16));
  EXPECT_EQ(lead.lead(), milliseconds(3));
  constexpr Nanoseconds kNeeded = microseconds(1500);
  int late = 0;
  for (int i = 0; i < 10'000; ++i) {
    const Nanoseconds tried = lead.lead();
    if (tried >= kNeeded) {
      lead.on_time(tried);
    } else {
      lead.on_late(tried);
      ++late;
    }
  }
  EXPECT_LE(late, 20);
  EXPECT_LE(lead.lead(), kNeeded + LatchLead::kGrow);
}

TEST(LatchLeadTest, OnePictureThatWasLateForOtherReasonsIsForgiven) {
  LatchLead lead;
  lead.reset(milliseconds(16));
  for (int i = 0; i < 100; ++i) lead.on_time(lead.lead());
  const Nanoseconds before = lead.lead();
  lead.on_late(lead.lead());
  EXPECT_EQ(lead.lead(), before + LatchLead::kGrow);
  for (int i = 0; i < 100; ++i) lead.on_time(lead.lead());
  EXPECT_LE(lead.lead(), before);
  for (int i = 0; i < 100; ++i) lead.on_late(lead.lead());
  EXPECT_LE(lead.lead(), LatchLead::cap(milliseconds(16)));
}

}  // namespace
}  // namespace pierglass::pace
