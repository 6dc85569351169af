// SPDX-License-Identifier: GPL-2.0-or-later
#include "pace/arrival.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <random>

namespace pierglass::pace {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr Nanoseconds k60Hz{16'666'667};

class Frames {
 public:
  HostTime after(Nanoseconds interval) {
    now_ += interval;
    predictor.observe(now_);
    return now_;
  }
  void steady(Nanoseconds interval, int count) {
    for (int i = 0; i < count; ++i) after(interval);
  }
  ArrivalPredictor predictor;

  [[nodiscard]] HostTime now() const { return now_; }

 private:
  HostTime now_{std::chrono::hours(3)};
};

TEST(ArrivalPredictor, SaysNothingBeforeItHasSeenEnough) {
  Frames frames;
  frames.steady(k60Hz, ArrivalPredictor::kConfidence);
  EXPECT_FALSE(frames.predictor.windows());
  frames.after(k60Hz);
  EXPECT_TRUE(frames.predictor.windows());
}

TEST(ArrivalPredictor, PredictsTheNextFrameOfASteadySource) {
  for (const Nanoseconds period : {Nanoseconds(milliseconds(33)), k60Hz, Nanoseconds(6'944'444),
                                   Nanoseconds(4'166'667), Nanoseconds(milliseconds(100))}) {
    Frames frames;
    frames.steady(period, 12);
    const auto windows = frames.predictor.windows();
    ASSERT_TRUE(windows);
    EXPECT_EQ(windows->first, frames.now() + period);
    EXPECT_EQ(windows->count, 1u);
    EXPECT_LT(windows->margin, microseconds(1));
  }
}

TEST(ArrivalPredictor, FindsTheGridBehindAPattern) {
  Frames frames;
  for (int i = 0; i < 8; ++i) {
    frames.after(2 * k60Hz);
    frames.after(3 * k60Hz);
  }
  const auto windows = frames.predictor.windows();
  ASSERT_TRUE(windows);
  EXPECT_NEAR(static_cast<double>(windows->period.count()), 16'666'667, 1000);
  EXPECT_EQ(windows->count, 3u);
}

TEST(ArrivalPredictor, TheMarginCoversWhatJitterItHasSeen) {
  Frames frames;
  std::mt19937 random(1);
  for (int i = 0; i < 40; ++i)
    frames.after(k60Hz + microseconds(random() % 1000) - microseconds(500));
  const auto windows = frames.predictor.windows();
  ASSERT_TRUE(windows);
  EXPECT_GE(windows->margin, microseconds(200));
  EXPECT_LE(windows->margin, microseconds(700));
}

TEST(ArrivalPredictor, AnIrregularSourceIsNotPredicted) {
  Frames frames;
  std::mt19937 random(2);
  int predicted = 0;
  for (int i = 0; i < 2000; ++i) {
    frames.after(milliseconds(3) + microseconds(random() % 60'000));
    predicted += frames.predictor.windows() ? 1 : 0;
  }
  EXPECT_LT(predicted, 20);
}

TEST(ArrivalPredictor, LearnsANewRateOnceTheOldOneIsForgotten) {
  Frames frames;
  frames.steady(k60Hz, 30);
  frames.steady(Nanoseconds(6'944'444), ArrivalPredictor::kHistory);
  EXPECT_NEAR(static_cast<double>(frames.predictor.period().count()), 6'944'444, 1000);
}

TEST(ArrivalPredictor, ALongPauseIsNotAnInterval) {
  Frames frames;
  frames.steady(k60Hz, 30);
  frames.after(std::chrono::seconds(5));
  EXPECT_EQ(frames.predictor.period(), k60Hz);
  const auto windows = frames.predictor.windows();
  ASSERT_TRUE(windows);
  EXPECT_EQ(windows->first, frames.now() + k60Hz);
}

TEST(ArrivalPredictor, PredictsNothingAfterAnArrivalOfUnknownTime) {
  Frames frames;
  frames.steady(k60Hz, 30);
  frames.predictor.observe_unseen(frames.now() + milliseconds(20));
  EXPECT_FALSE(frames.predictor.windows());
  frames.after(milliseconds(33));
  EXPECT_EQ(frames.predictor.period(), k60Hz);
  EXPECT_TRUE(frames.predictor.windows());
}

TEST(ArrivalPredictor, ForgetsACadenceThatMadeUsMissFramesTwice) {
  Frames frames;
  frames.steady(k60Hz, 30);
  frames.predictor.observe_early(frames.now() + milliseconds(10));
  EXPECT_EQ(frames.predictor.period(), k60Hz);
  frames.steady(k60Hz, ArrivalPredictor::kHistory + 1);
  frames.predictor.observe_early(frames.now() + milliseconds(10));
  EXPECT_EQ(frames.predictor.period(), k60Hz) << "the first miss is too long ago to count";
  frames.steady(k60Hz, 3);
  frames.predictor.observe_early(frames.now() + milliseconds(10));
  EXPECT_EQ(frames.predictor.period(), Nanoseconds::zero());
}

TEST(ArrivalPredictor, ClockStepsAndRepeatsDoNotDisturbIt) {
  Frames frames;
  frames.steady(k60Hz, 30);
  frames.after(Nanoseconds(0));
  frames.after(-k60Hz);
  EXPECT_EQ(frames.predictor.period(), k60Hz);
}

}  // namespace
}  // namespace pierglass::pace
