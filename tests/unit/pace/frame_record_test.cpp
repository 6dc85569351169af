// SPDX-License-Identifier: GPL-2.0-or-later
#include "pace/frame_record.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <thread>

namespace pierglass::pace {
namespace {

using std::chrono::microseconds;

TEST(FrameLog, GivesRecordsBackInOrder) {
  const auto log = std::make_unique<FrameLog>();
  FrameTimes times;
  EXPECT_FALSE(log->pop(times));
  for (std::uint64_t i = 1; i <= 5; ++i) {
    times.sequence = i;
    EXPECT_TRUE(log->push(times));
  }
  for (std::uint64_t i = 1; i <= 5; ++i) {
    ASSERT_TRUE(log->pop(times));
    EXPECT_EQ(times.sequence, i);
  }
  EXPECT_FALSE(log->pop(times));
}

TEST(FrameLog, DropsAndCountsTheNewestWhenFull) {
  const auto log = std::make_unique<FrameLog>();
  FrameTimes times;
  for (std::uint64_t i = 0; i < FrameLog::kCapacity; ++i) EXPECT_TRUE(log->push(times));
  EXPECT_FALSE(log->push(times));
  EXPECT_EQ(log->dropped(), 1u);
  EXPECT_TRUE(log->pop(times));
  EXPECT_TRUE(log->push(times));
}

TEST(FrameLog, TwoThreadsSeeWholeRecordsInOrder) {
  constexpr std::uint64_t kRecords = 200'000;
  const auto log = std::make_unique<FrameLog>();
  std::thread present([&] {
    for (std::uint64_t i = 1; i <= kRecords; ++i) {
      FrameTimes times;
      times.sequence = i;
      times.bytes = i * 3;
      while (!log->push(times)) std::this_thread::yield();
    }
  });
  FrameTimes times;
  for (std::uint64_t i = 1; i <= kRecords; ++i) {
    while (!log->pop(times)) std::this_thread::yield();
    EXPECT_EQ(times.sequence, i);
    EXPECT_EQ(times.bytes, i * 3);
  }
  present.join();
}

TEST(FrameSummary, MeasuresTheStagesOfAFrame) {
  const HostTime start{std::chrono::seconds(5)};
  FrameTimes times;
  times.sequence = 9;
  times.skipped = 2;
  times.capture_ns = 20;
  times.copy_ns = 30;
  times.publish_before_ns = 4;
  times.rows = 7;
  times.bytes = 700;
  times.seen = start;
  times.acquired = start + Nanoseconds(1);
  times.uploaded = start + Nanoseconds(6);
  times.draw_began = start + Nanoseconds(7);
  times.drawn = start + Nanoseconds(17);
  times.committed = start + Nanoseconds(20);
  times.callback = start + Nanoseconds(31);
  const auto summary = std::make_unique<FrameSummary>();
  summary->add(times);
  EXPECT_EQ(summary->capture.max(), 20u);
  EXPECT_EQ(summary->copy.max(), 30u);
  EXPECT_EQ(summary->publish.max(), 4u);
  EXPECT_EQ(summary->seen_to_upload.max(), 6u);
  EXPECT_EQ(summary->upload.max(), 5u);
  EXPECT_EQ(summary->draw.max(), 10u);
  EXPECT_EQ(summary->commit.max(), 3u);
  EXPECT_EQ(summary->seen_to_commit.max(), 20u);
  EXPECT_EQ(summary->commit_to_callback.max(), 11u);
  EXPECT_EQ(summary->bytes.max(), 700u);
  EXPECT_EQ(summary->frames, 1u);
  EXPECT_EQ(summary->skipped, 2u);
  EXPECT_EQ(summary->total_rows, 7u);
}

TEST(FrameSummary, APointerOnlyCommitIsNoFrame) {
  FrameTimes times;
  times.draw_began = HostTime{std::chrono::seconds(1)};
  times.drawn = times.draw_began + microseconds(50);
  times.committed = times.drawn + microseconds(5);
  const auto summary = std::make_unique<FrameSummary>();
  summary->add(times);
  EXPECT_EQ(summary->commits, 1u);
  EXPECT_EQ(summary->frames, 0u);
  EXPECT_EQ(summary->draw.count(), 1u);
  EXPECT_EQ(summary->seen_to_commit.count(), 0u);
  EXPECT_EQ(summary->bytes.count(), 0u);
}

}  // namespace
}  // namespace pierglass::pace
