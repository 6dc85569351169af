// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/statistics.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace pierglass::app {
namespace {

using Json = nlohmann::json;

Json printed(Statistics& statistics) {
  testing::internal::CaptureStdout();
  statistics.print_summary({.status = source::GuestStatus::Live}, 3);
  return Json::parse(testing::internal::GetCapturedStdout());
}

TEST(StatisticsTest, WithoutAGuestThereAreNoRecordsOfOne) {
  Statistics statistics = Statistics::create({.summaries = true}).value();
  const Json line = printed(statistics);
  EXPECT_EQ(line["type"], "stats");
  EXPECT_EQ(line["status"], "live");
  EXPECT_EQ(line["records_dropped"], 3);
  EXPECT_FALSE(line.contains("guest"));
}

TEST(StatisticsTest, HowWellAGuestRingsIsPrinted) {
  Statistics statistics = Statistics::create({.summaries = true}).value();
  EXPECT_EQ(printed(statistics)["doorbell"]["trust"], "none") << "it does not ring";
  PresentSnapshot snapshot{.doorbell = {.rings = 7, .misses = 1},
                           .trust = pace::DoorbellTrust::Standing::Probation,
                           .rings = true};
  snapshot.ladder.sleeps[static_cast<std::size_t>(pace::Rung::Doorbell)] = 3;
  testing::internal::CaptureStdout();
  statistics.print_summary(snapshot, 0);
  const Json line = Json::parse(testing::internal::GetCapturedStdout());
  EXPECT_EQ(line["doorbell"]["trust"], "probation");
  EXPECT_EQ(line["doorbell"]["rings"], 7);
  EXPECT_EQ(line["doorbell"]["misses"], 1);
  EXPECT_EQ(line["sleeps"]["doorbell"], 3);
}

TEST(StatisticsTest, WhatTheCompositorSaysOfCommitsIsPrinted) {
  Statistics statistics = Statistics::create({.summaries = true}).value();
  EXPECT_EQ(printed(statistics)["presentation"]["policy"], "callback");
  const PresentSnapshot snapshot{
      .policy = pace::Policy::Late,
      .presented = {.presented = 9, .late = 2, .discarded = 3, .scanned_out = 4, .torn = 1},
      .refresh = std::chrono::milliseconds(16),
      .latch_lead = std::chrono::milliseconds(2),
      .scanned_out = true,
      .tearing = true};
  testing::internal::CaptureStdout();
  statistics.print_summary(snapshot, 0);
  const Json line = Json::parse(testing::internal::GetCapturedStdout());
  const Json expected = {{"policy", "late"}, {"refresh_ms", 16.0}, {"latch_lead_ms", 2.0},
                         {"presented", 9},   {"late", 2},          {"discarded", 3},
                         {"scanned_out", 4}, {"torn", 1},          {"tearing", true},
                         {"scans_out", true}};
  EXPECT_EQ(line["presentation"], expected);
}

TEST(StatisticsTest, WhatTheGuestSaysOfItselfIsPrintedUntilItGoes) {
  Statistics statistics = Statistics::create({.summaries = true}).value();
  statistics.set_guest({.program = "Looking Glass host B7",
                        .system = "Windows \"11\"",
                        .machine = "8 cores",
                        .capture = "D3D12",
                        .uuid = "01234567-89ab-cdef-0123-456789abcdef"},
                       "too little memory");
  const Json expected = {{"program", "Looking Glass host B7"},
                         {"system", "Windows \"11\""},
                         {"machine", "8 cores"},
                         {"capture", "D3D12"},
                         {"uuid", "01234567-89ab-cdef-0123-456789abcdef"},
                         {"notice", "too little memory"}};
  EXPECT_EQ(printed(statistics)["guest"], expected);
  EXPECT_EQ(printed(statistics)["guest"], expected) << "in each line";
  statistics.set_guest({}, {});
  EXPECT_FALSE(printed(statistics).contains("guest"));
}

TEST(StatisticsTest, TextThatIsNoUnicodeEndsNothing) {
  Statistics statistics = Statistics::create({.summaries = true}).value();
  statistics.set_guest({}, "/dev/shm/\xff is too small");
  EXPECT_EQ(printed(statistics)["guest"]["notice"], "/dev/shm/\xef\xbf\xbd is too small");
}

}  // namespace
}  // namespace pierglass::app
