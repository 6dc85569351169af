// SPDX-License-Identifier: GPL-2.0-or-later
#include "pixel/store_trial.hpp"

#include <gtest/gtest.h>

namespace pierglass::pixel {
namespace {

using std::chrono::microseconds;

constexpr std::size_t kFrame = std::size_t{8} << 20;

// Copies of whole frames until the choice is made.
StoreTrial tried(Nanoseconds streaming, Nanoseconds plain) {
  StoreTrial trial;
  for (int i = 0; i < 2 * StoreTrial::kCopies; ++i) {
    EXPECT_FALSE(trial.decided());
    trial.took(kFrame, trial.stores() == Stores::Streaming ? streaming : plain);
  }
  EXPECT_TRUE(trial.decided());
  return trial;
}

TEST(StoreTrial, TheQuickerOnesAreKept) {
  EXPECT_EQ(tried(microseconds(700), microseconds(1300)).stores(), Stores::Streaming);
  EXPECT_EQ(tried(microseconds(1300), microseconds(700)).stores(), Stores::Plain);
}

TEST(StoreTrial, OfTwoThatAreAlikeTheStreamingOnes) {
  EXPECT_EQ(tried(microseconds(1030), microseconds(1000)).stores(), Stores::Streaming);
}

TEST(StoreTrial, BothAreTriedInTurnAndTheBestOfEachCounts) {
  StoreTrial trial;
  EXPECT_EQ(trial.stores(), Stores::Streaming);
  trial.took(kFrame, microseconds(600));
  EXPECT_EQ(trial.stores(), Stores::Plain);
  for (int i = 1; i < 2 * StoreTrial::kCopies; ++i) {
    // Somebody else had the processor from now on.
    trial.took(kFrame,
               trial.stores() == Stores::Streaming ? microseconds(9000) : microseconds(900));
  }
  EXPECT_EQ(trial.stores(), Stores::Streaming);
}

TEST(StoreTrial, ShortCopiesSayNothing) {
  StoreTrial trial;
  for (int i = 0; i < 100; ++i) trial.took(StoreTrial::kLeast - 1, microseconds(1));
  EXPECT_FALSE(trial.decided());
  EXPECT_EQ(trial.stores(), Stores::Streaming);
}

TEST(StoreTrial, CopiesOfDifferentLengthsAreCompared) {
  StoreTrial trial;
  while (!trial.decided()) {
    const bool streams = trial.stores() == Stores::Streaming;
    trial.took(streams ? 2 * kFrame : kFrame, microseconds(streams ? 1500 : 1000));
  }
  EXPECT_EQ(trial.stores(), Stores::Streaming);
}

TEST(StoreTrial, WhatIsDecidedStays) {
  StoreTrial trial = tried(microseconds(700), microseconds(1300));
  trial.took(kFrame, microseconds(9000));
  EXPECT_EQ(trial.stores(), Stores::Streaming);
}

TEST(StoreTrial, SaysWhatItFound) {
  EXPECT_EQ(StoreTrial().describe(), "");
  EXPECT_EQ(tried(microseconds(800), microseconds(1600)).describe(),
            "streaming stores, 0.100 ms a MiB (plain stores 0.200 ms)");
  EXPECT_EQ(tried(microseconds(1600), microseconds(800)).describe(),
            "plain stores, 0.100 ms a MiB (streaming stores 0.200 ms)");
}

}  // namespace
}  // namespace pierglass::pixel
