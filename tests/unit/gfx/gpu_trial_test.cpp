// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/gpu_trial.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "tests/unit/gfx/offscreen.hpp"

namespace pierglass::gfx::test {
namespace {

using std::chrono::milliseconds;
constexpr Nanoseconds kLong = std::chrono::minutes(1);

class GpuTrial : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = OffscreenContext::create();
    ASSERT_TRUE(opened) << opened.error().what;
    context_ = std::make_unique<OffscreenContext>(*std::move(opened));
  }
  // Of runs that take so long, one after the other.
  Result<Nanoseconds> time(std::vector<int> runs, std::size_t warm_ups, Nanoseconds share = kLong) {
    const TrialLimits limits{share, kLong, [this] { return now_; }};
    return time_on_gpu(limits, warm_ups, [this, runs = std::move(runs)]() -> Result<void> {
      if (runs.at(runs_) < 0) return fail(ErrorCode::OsCall, "a run");
      now_ += milliseconds(runs.at(runs_++));
      return {};
    });
  }

  std::unique_ptr<OffscreenContext> context_;
  HostTime now_;
  std::size_t runs_ = 0;
};

TEST_F(GpuTrial, TheBestOfThreeRunsIsTakenAndWarmUpsDoNotCount) {
  EXPECT_EQ(time({1, 2, 9, 5, 7}, 2).value_or(kLong), milliseconds(5));
  EXPECT_EQ(runs_, 5u);
}

TEST_F(GpuTrial, WhatTakesTooLongIsTimedByWhatThereIs) {
  EXPECT_EQ(time({4, 6, 9, 9}, 1, milliseconds(4)).value_or(kLong), milliseconds(4));
  EXPECT_EQ(runs_, 1u) << "even if it is a warm-up";
  runs_ = 0;
  EXPECT_EQ(time({4, 6, 3, 9}, 1, milliseconds(13)).value_or(kLong), milliseconds(3));
  EXPECT_EQ(runs_, 3u);
}

TEST_F(GpuTrial, ARunThatFailsEndsIt) {
  const auto time = this->time({1, 1, -1}, 1);
  ASSERT_FALSE(time);
  EXPECT_EQ(time.error().code, ErrorCode::OsCall);
}

}  // namespace
}  // namespace pierglass::gfx::test
