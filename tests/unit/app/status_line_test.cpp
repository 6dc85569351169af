// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/status_line.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

namespace pierglass::app {
namespace {

using Lines = std::vector<std::string>;
using source::GuestStatus;

struct StatusLineTest : testing::Test {
  std::unique_ptr<pace::FrameSummary> summary = std::make_unique<pace::FrameSummary>();

  // A frame that took so many hundredths of a millisecond for each stage.
  void add(int upload, int draw, std::uint32_t skipped = 0) {
    const auto after = [](HostTime time, int hundredths) {
      return time + std::chrono::microseconds(10) * hundredths;
    };
    pace::FrameTimes times;
    times.seen = HostTime(std::chrono::hours(1));
    times.acquired = times.seen;
    times.uploaded = after(times.seen, upload);
    times.draw_began = times.uploaded;
    times.drawn = after(times.draw_began, draw);
    times.committed = times.drawn;
    times.bytes = 250'000;
    times.skipped = skipped;
    summary->add(times);
  }
  Lines lines(GuestStatus status = GuestStatus::Live, Nanoseconds period = {}) {
    return status_lines({.frame_period = period, .status = status}, *summary,
                        std::chrono::seconds(1), "gl");
  }
};

TEST_F(StatusLineTest, SaysRateLossAndTimesOfTheStretch) {
  for (int i = 0; i < 59; ++i) add(10, 5);
  add(30, 20, 2);
  const Lines said = lines();
  ASSERT_EQ(said.size(), 2u);
  EXPECT_EQ(said[0], "gl: 60 fps, 2 skipped, 15 MB/s");
  EXPECT_EQ(said[1], "seen to commit 0.15/0.50 ms, upload 0.10/0.30 ms, draw 0.05/0.20 ms");
}

TEST_F(StatusLineTest, SaysThePeriodOfASteadyGuest) {
  add(10, 5);
  EXPECT_EQ(lines(GuestStatus::Live, std::chrono::microseconds(6944))[0],
            "gl: 1 fps, 0 skipped, every 6.94 ms, 0.2 MB/s");
}

TEST_F(StatusLineTest, ALongerStretchIsNoHigherRate) {
  for (int i = 0; i < 120; ++i) add(10, 5);
  EXPECT_TRUE(
      status_lines({.status = GuestStatus::Live}, *summary, std::chrono::seconds(2), "shm")[0]
          .starts_with("shm: 60 fps"));
}

TEST_F(StatusLineTest, SaysHowWellAGuestRings) {
  const PresentSnapshot snapshot{.doorbell = {.rings = 61, .empty = 2, .misses = 1},
                                 .trust = pace::DoorbellTrust::Standing::Trusted,
                                 .rings = true,
                                 .status = GuestStatus::Live};
  const Lines said = status_lines(snapshot, *summary, std::chrono::seconds(1), "gl");
  EXPECT_EQ(said, (Lines{"gl: no new frames", "doorbell trusted: 61 rings, 1 missed, 2 empty"}));
}

TEST_F(StatusLineTest, IsOneLineWithoutFramesOrGuest) {
  EXPECT_EQ(lines(), (Lines{"gl: no new frames"}));
  EXPECT_EQ(lines(GuestStatus::Silent), (Lines{"gl: the guest is silent"}));
  add(10, 5);
  EXPECT_EQ(status_lines({.status = GuestStatus::Live}, *summary, Nanoseconds(0), "gl"),
            (Lines{"gl: no new frames"}));
}

}  // namespace
}  // namespace pierglass::app
