// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/core/restart_policy.hpp"

#include <gtest/gtest.h>

#include "guest/core/exit_status.hpp"

namespace pierglass::guest {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr HostTime kStart{std::chrono::hours(1)};

// The pause that follows a process which starts at `now` and fails after `run`.
Nanoseconds pause_after_failure(RestartPolicy& policy, HostTime now, Nanoseconds run) {
  policy.on_started(now);
  policy.on_ended(now + run, CaptureEnd::Failed);
  return policy.next_start().value() - (now + run);
}

TEST(CaptureEnd, IsReadFromTheExitCode) {
  EXPECT_EQ(capture_end(0), CaptureEnd::Again);
  EXPECT_EQ(capture_end(3), CaptureEnd::Again);
  EXPECT_EQ(capture_end(2), CaptureEnd::BadConfiguration);
  EXPECT_EQ(capture_end(1), CaptureEnd::Failed);
  EXPECT_EQ(capture_end(0xc0000005), CaptureEnd::Failed) << "an access violation";
  EXPECT_EQ(capture_end(9), CaptureEnd::Failed);
}

TEST(RestartPolicy, TheFirstStartIsAtOnce) {
  EXPECT_LE(RestartPolicy().next_start(), kStart);
}

TEST(RestartPolicy, StartsAreASecondApartAtLeast) {
  RestartPolicy policy;
  policy.on_started(kStart);
  policy.on_ended(kStart + milliseconds(10), CaptureEnd::Again);
  EXPECT_EQ(policy.next_start(), kStart + seconds(1));
  policy.on_started(kStart + seconds(1));
  policy.on_ended(kStart + seconds(9), CaptureEnd::Again);
  EXPECT_EQ(policy.next_start(), kStart + seconds(2)) << "which has passed: at once";
}

TEST(RestartPolicy, FailuresDoubleThePauseUpToAMinute) {
  RestartPolicy policy;
  HostTime now = kStart;
  for (const int expected : {1, 2, 4, 8, 16, 32, 60, 60}) {
    EXPECT_EQ(pause_after_failure(policy, now, milliseconds(5)), seconds(expected)) << expected;
    now += seconds(100);
  }
}

TEST(RestartPolicy, AGoodRunEndsTheRow) {
  RestartPolicy policy;
  pause_after_failure(policy, kStart, milliseconds(5));
  pause_after_failure(policy, kStart + seconds(10), milliseconds(5));
  const HostTime later = kStart + seconds(100);
  EXPECT_EQ(pause_after_failure(policy, later, RestartPolicy::kGoodRun - milliseconds(1)),
            seconds(4));
  EXPECT_EQ(pause_after_failure(policy, later + seconds(100), RestartPolicy::kGoodRun), seconds(1));
}

TEST(RestartPolicy, AnOrderlyEndDoesNotEndTheRow) {
  RestartPolicy policy;
  pause_after_failure(policy, kStart, milliseconds(5));
  policy.on_started(kStart + seconds(10));
  policy.on_ended(kStart + seconds(11), CaptureEnd::Again);
  EXPECT_EQ(policy.next_start(), kStart + seconds(11));
  EXPECT_EQ(pause_after_failure(policy, kStart + seconds(20), milliseconds(5)), seconds(2));
}

TEST(RestartPolicy, ABadConfigurationWaitsForAnother) {
  RestartPolicy policy;
  policy.on_started(kStart);
  policy.on_ended(kStart + seconds(1), CaptureEnd::BadConfiguration);
  EXPECT_FALSE(policy.next_start());
  policy.forget();
  EXPECT_EQ(policy.next_start(), kStart + seconds(1));
}

}  // namespace
}  // namespace pierglass::guest
