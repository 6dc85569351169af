// SPDX-License-Identifier: GPL-2.0-or-later
#include "pace/doorbell_trust.hpp"

#include <gtest/gtest.h>

namespace pierglass::pace {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Standing = DoorbellTrust::Standing;

constexpr Nanoseconds kPoll = milliseconds(2);

class Trust : public testing::Test {
 protected:
  using Wake = DoorbellTrust::Wake;
  using News = DoorbellTrust::News;
  enum class Ring : std::uint8_t { No, Yes };

  // One sleep of `slept`, as far as it may be one on the doorbell, and the look after it.
  void wake(Ring ring, News news, Nanoseconds slept = milliseconds(1)) {
    plan_ = trust_.next(now_, kPoll);
    now_ += slept;
    if (plan_.on_doorbell) trust_.on_wake(now_, ring == Ring::Yes ? Wake::Ring : Wake::Other);
    trust_.on_look(now_, news);
  }
  void earn() {
    for (std::uint32_t i = 0; i < DoorbellTrust::kEarnMin; ++i) wake(Ring::Yes, News::Some);
    ASSERT_EQ(trust_.standing(), Standing::Trusted);
  }
  void miss() {
    wake(Ring::No, News::Some);
    wake(Ring::No, News::None, DoorbellTrust::kLost);
  }
  Nanoseconds limit() { return trust_.next(now_, kPoll).limit; }

  HostTime now_{std::chrono::hours(1)};
  DoorbellTrust trust_;
  DoorbellTrust::Sleep plan_{};
};

TEST_F(Trust, AtFirstOneSleepsOnTheDoorbellButNoLongerThanPollingWould) {
  wake(Ring::No, News::None);
  EXPECT_TRUE(plan_.on_doorbell);
  EXPECT_EQ(plan_.limit, kPoll);
}

TEST_F(Trust, IsEarnedByRingsThatBringNews) {
  for (std::uint32_t i = 1; i < DoorbellTrust::kEarnMin; ++i) wake(Ring::Yes, News::Some);
  EXPECT_EQ(trust_.standing(), Standing::Probation);
  wake(Ring::No, News::None);
  wake(Ring::Yes, News::Some);
  EXPECT_EQ(trust_.standing(), Standing::Trusted);
  EXPECT_EQ(limit(), DoorbellTrust::kCheckAfter);
  wake(Ring::No, News::None, DoorbellTrust::kCheckAfter);
  EXPECT_EQ(limit(), DoorbellTrust::kLongest);
}

TEST_F(Trust, NewsFoundAwakeSayNothingOfRings) {
  earn();
  for (int i = 0; i < 100; ++i) {
    now_ += milliseconds(10);
    trust_.on_look(now_, News::Some);
  }
  EXPECT_EQ(trust_.standing(), Standing::Trusted);
  EXPECT_EQ(trust_.counters().rings, DoorbellTrust::kEarnMin);
}

TEST_F(Trust, AMissPutsOnProbationAndAsksForTwiceAsManyRings) {
  earn();
  miss();
  EXPECT_EQ(trust_.counters().misses, 1u);
  EXPECT_EQ(trust_.standing(), Standing::Probation);
  EXPECT_EQ(limit(), kPoll);
  for (std::uint32_t i = 1; i < 2 * DoorbellTrust::kEarnMin; ++i) wake(Ring::Yes, News::Some);
  EXPECT_EQ(trust_.standing(), Standing::Probation);
  wake(Ring::Yes, News::Some);
  EXPECT_EQ(trust_.standing(), Standing::Trusted);
}

TEST_F(Trust, ARingThatComesLateIsNoMissAndNotOneForNothing) {
  earn();
  wake(Ring::No, News::Some);
  EXPECT_LE(limit(), kPoll) << "or what comes next is seen late";
  wake(Ring::Yes, News::None, DoorbellTrust::kLost - milliseconds(1));
  EXPECT_EQ(trust_.standing(), Standing::Trusted);
  EXPECT_EQ(trust_.counters().late, 1u);
  EXPECT_EQ(trust_.counters().empty, 0u);
}

TEST_F(Trust, TimeAwakeIsNotWaitedForTheRing) {
  earn();
  wake(Ring::No, News::Some);
  now_ += seconds(1);  // drawing, and waiting for the compositor
  wake(Ring::Yes, News::None, milliseconds(0));
  EXPECT_EQ(trust_.counters().misses, 0u);
}

TEST_F(Trust, ARingThatCameAwakeIsNoMiss) {
  earn();
  for (int i = 0; i < 100; ++i) {
    wake(Ring::No, News::Some);
    trust_.on_late_ring();
    wake(Ring::No, News::None, DoorbellTrust::kLost);
  }
  EXPECT_EQ(trust_.counters().misses, 0u);
  EXPECT_EQ(trust_.counters().late, 100u);
}

TEST_F(Trust, ADoorbellThatTellsOfOtherThingsAllTheTimeIsNotListenedTo) {
  earn();
  for (std::uint32_t i = 0; i <= DoorbellTrust::kMaxEmpty; ++i) {
    (void)limit();
    trust_.on_wake(now_, Wake::Signal);
    trust_.on_look(now_, News::None);
  }
  EXPECT_EQ(trust_.standing(), Standing::Distrusted);
  EXPECT_EQ(trust_.counters().rings, DoorbellTrust::kEarnMin);
}

TEST_F(Trust, NewsThatComeBeforeTheRingOfTheLastShowThatItWasLost) {
  earn();
  wake(Ring::No, News::Some);
  wake(Ring::Yes, News::Some, DoorbellTrust::kGrace);
  EXPECT_EQ(trust_.counters().misses, 1u) << "rung for, themselves";
  wake(Ring::No, News::Some);
  wake(Ring::No, News::Some, DoorbellTrust::kGrace);
  EXPECT_EQ(trust_.counters().misses, 2u) << "found by looking";
}

TEST_F(Trust, NewsThatComeTogetherShowNothing) {
  earn();
  wake(Ring::No, News::Some);
  wake(Ring::No, News::Some, DoorbellTrust::kGrace - milliseconds(1));
  wake(Ring::Yes, News::None);
  wake(Ring::No, News::Some);
  wake(Ring::Yes, News::Some, DoorbellTrust::kGrace - milliseconds(1));
  EXPECT_EQ(trust_.counters().misses, 0u);
}

TEST_F(Trust, RepeatedMissesEndItForAGrowingTime) {
  Nanoseconds expected = DoorbellTrust::kDistrustMin;
  for (int times = 0; times < 8; ++times) {
    for (std::uint32_t i = 0; i < DoorbellTrust::kMaxMisses; ++i) miss();
    ASSERT_EQ(trust_.standing(), Standing::Distrusted);
    const HostTime began = now_;
    while (!trust_.next(now_, kPoll).on_doorbell) {
      ASSERT_EQ(limit(), kPoll);
      now_ += milliseconds(100);
    }
    EXPECT_NEAR(std::chrono::duration<double>(now_ - began).count(),
                std::chrono::duration<double>(expected).count(), 0.2);
    expected = std::min(expected * 2, DoorbellTrust::kDistrustMax);
  }
}

TEST_F(Trust, IsForgivenAfterManyGoodRings) {
  for (std::uint32_t i = 0; i < 3; ++i) miss();
  for (std::uint32_t i = 0; i < DoorbellTrust::kEarnMin * 8 + DoorbellTrust::kForgiveAfter; ++i) {
    wake(Ring::Yes, News::Some);
  }
  miss();
  for (std::uint32_t i = 0; i < 2 * DoorbellTrust::kEarnMin; ++i) wake(Ring::Yes, News::Some);
  EXPECT_EQ(trust_.standing(), Standing::Trusted);
}

TEST_F(Trust, ASilentGuestThatWasHeardOnceIsLeftAloneUntilItIsCaught) {
  wake(Ring::Yes, News::None);
  EXPECT_EQ(limit(), kPoll);
  now_ += DoorbellTrust::kSilentAfter;
  EXPECT_EQ(limit(), DoorbellTrust::kLongest);
  trust_.on_attention(now_);
  EXPECT_EQ(limit(), kPoll);
  miss();
  now_ += std::chrono::hours(1);
  EXPECT_EQ(limit(), kPoll);
}

TEST_F(Trust, ASilentGuestThatWasNeverHeardIsPolled) {
  wake(Ring::No, News::None);
  now_ += std::chrono::hours(1);
  EXPECT_EQ(limit(), kPoll);
}

TEST_F(Trust, AFrameSkippedNowAndThenIsTheProcessorsAndManyAreMisses) {
  earn();
  for (int times = 0; times < 100; ++times) {
    wake(Ring::Yes, News::Skipped);
    for (std::uint32_t i = 0; i < DoorbellTrust::kSkipsOneOf; ++i) wake(Ring::Yes, News::Some);
  }
  EXPECT_EQ(trust_.counters().misses, 0u);
  EXPECT_EQ(trust_.standing(), Standing::Trusted);
  for (int i = 0; i < 4; ++i) wake(Ring::Yes, News::Skipped);
  EXPECT_EQ(trust_.counters().misses, 1u);
  EXPECT_EQ(trust_.standing(), Standing::Probation);
}

TEST_F(Trust, RingsForNothingInARowEndIt) {
  earn();
  for (std::uint32_t i = 0; i < DoorbellTrust::kMaxEmpty; ++i) wake(Ring::Yes, News::None);
  EXPECT_EQ(trust_.standing(), Standing::Trusted);
  wake(Ring::Yes, News::Some);
  for (std::uint32_t i = 0; i < DoorbellTrust::kMaxEmpty; ++i) wake(Ring::Yes, News::None);
  EXPECT_EQ(trust_.standing(), Standing::Trusted) << "there were news between";
  wake(Ring::Yes, News::None);
  EXPECT_EQ(trust_.standing(), Standing::Distrusted);
}

TEST_F(Trust, AnotherGuestStartsAnew) {
  for (std::uint32_t i = 0; i < DoorbellTrust::kMaxMisses; ++i) miss();
  trust_.reset();
  EXPECT_EQ(trust_.standing(), Standing::Probation);
  EXPECT_EQ(trust_.counters().misses, DoorbellTrust::kMaxMisses) << "counted for people";
  earn();
}

}  // namespace
}  // namespace pierglass::pace
