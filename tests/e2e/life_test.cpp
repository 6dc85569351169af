// SPDX-License-Identifier: GPL-2.0-or-later
// Guests, clients and compositors that come and go.
#include <gtest/gtest.h>
#include <signal.h>

#include <csignal>
#include <string>

#include "tests/e2e/desk.hpp"
#include "tests/support/proc_stats.hpp"
#include "tests/support/wait_until.hpp"

namespace pierglass::test {
namespace {

using guest::PatternMode;
using guest::PatternSpec;

constexpr Size kLaptop{1366, 768};
constexpr PatternSpec kMoving{.size = kLaptop, .mode = PatternMode::Full};

class LifeWith : public testing::TestWithParam<std::string> {
 protected:
  const std::string& renderer() const { return GetParam(); }
};
INSTANTIATE_TEST_SUITE_P(EndToEnd, LifeWith, testing::Values("gl", "shm"),
                         [](const auto& one) { return one.param; });

TEST_P(LifeWith, AKilledGuestIsMissedAndItsSuccessorShown) {
  Desk desk(kLaptop);
  desk.start_client(renderer());
  desk.start_guest(Guest::Windows, {"--size", "1366x768", "--rate", "30"});
  ASSERT_TRUE(desk.shows_moving(kMoving));
  desk.guest().signal(SIGKILL);
  ASSERT_TRUE(desk.client_says("silent"));
  EXPECT_LT(load_of(desk.client().process().pid(), std::chrono::seconds(1)), kIdleLoad);

  desk.start_guest(Guest::Windows, {"--size", "1366x768", "--rate", "30"});
  EXPECT_TRUE(desk.shows_moving(kMoving));
  desk.start_guest(Guest::Windows,
                   {"--size", "1024x768", "--mode", "still", "--format", "xbgr2101010"});
  const Picture other = pattern_picture({.size = {1024, 768}, .mode = PatternMode::Still}, 1);
  EXPECT_TRUE(desk.shows(scaled_picture(other, kLaptop, {171, 0, 1024, 768}), 2,
                         renderer() + " successor of another size and format"));
  desk.expect_clean_end();
}

TEST_P(LifeWith, AGuestThatEndsWellIsReplacedByText) {
  Desk desk(kLaptop);
  desk.start_client(renderer());
  desk.start_guest(Guest::Linux, {"--size", "1366x768", "--rate", "30"});
  ASSERT_TRUE(desk.shows_moving(kMoving));
  EXPECT_EQ(desk.guest().stop(kPatience), Exit{.code = 0}) << desk.guest().err();
  ASSERT_TRUE(desk.client_says("absent"));
  // Black with a line of light text in the middle.
  const bool text = wait_until(
      [&] {
        const Picture screen = desk.screenshot();
        std::size_t dark = 0, light = 0;
        for (const std::uint32_t pixel : screen.pixels) {
          if (pixel == 0) ++dark;
          if ((pixel >> 8 & 0xff) > 0x80) ++light;
        }
        return dark > screen.pixels.size() * 9 / 10 && light > 100;
      },
      kPatience);
  EXPECT_TRUE(text);
  EXPECT_LT(load_of(desk.client().process().pid(), std::chrono::seconds(1)), kIdleLoad);
  desk.expect_clean_end();
}

TEST_P(LifeWith, AKilledClientLeavesTheGuestToItsSuccessor) {
  Desk desk(kLaptop);
  desk.start_client(renderer());
  desk.start_guest(Guest::Windows, {"--size", "1366x768", "--rate", "30"});
  ASSERT_TRUE(desk.shows_moving(kMoving));
  for (int i = 0; i < 10; ++i) {  // more often than there are places for readers
    desk.client().process().kill();
    desk.start_client(renderer());
    ASSERT_TRUE(desk.shows_moving(kMoving)) << "client " << i;
  }
  desk.expect_clean_end();
}

TEST_P(LifeWith, TheClientMayStartLongAfterTheGuest) {
  Desk desk(kLaptop);
  desk.start_guest(Guest::Windows, {"--size", "1366x768", "--rate", "30", "--always"});
  desk.start_client(renderer());
  EXPECT_TRUE(desk.shows_moving(kMoving));
  desk.expect_clean_end();
}

TEST_P(LifeWith, TheClientMakesTheFileWhenItIsAskedTo) {
  Desk desk(kLaptop);
  desk.memory().remove();
  desk.start_client(renderer(), {"--memory-size", "64M"});
  ASSERT_TRUE(wait_until([&] { return std::filesystem::exists(desk.memory().path()); }, kPatience));
  EXPECT_EQ(std::filesystem::status(desk.memory().path()).permissions() &
                std::filesystem::perms::others_all,
            std::filesystem::perms::none);
  desk.start_guest(Guest::Windows, {"--size", "1366x768", "--rate", "30"});
  EXPECT_TRUE(desk.shows_moving(kMoving));
  desk.expect_clean_end();
}

TEST_P(LifeWith, NoDescriptorLeaksOverGuestsAndFiles) {
  Desk desk(kLaptop);
  desk.start_client(renderer());
  const pid_t client = desk.client().process().pid();
  std::size_t before = 0;
  for (int i = 0; i < 8; ++i) {
    if (i % 2 == 1) {
      desk.kill_guest();
      desk.memory().create(kMemoryBytes);
    }
    desk.start_guest(Guest::Linux, {"--size", "1366x768", "--rate", "30"});
    ASSERT_TRUE(desk.shows_moving(kMoving)) << "guest " << i;
    if (i == 1) before = open_descriptors(client);  // after everything was opened once
  }
  EXPECT_GT(before, 0U);
  EXPECT_TRUE(wait_until([&] { return open_descriptors(client) <= before; }, kPatience))
      << open_descriptors(client) << " where there were " << before;
  desk.expect_clean_end();
}

TEST_P(LifeWith, ALostCompositorEndsTheClientWithASentence) {
  Desk desk(kLaptop);
  desk.start_client(renderer());
  desk.start_guest(Guest::Linux, {"--size", "1366x768", "--rate", "30"});
  ASSERT_TRUE(desk.shows_moving(kMoving));
  desk.sway().process().kill();
  const std::optional<Exit> exit = desk.client().process().wait(kPatience);
  ASSERT_TRUE(exit) << "the client hangs";
  EXPECT_EQ(exit->signal, 0);
  EXPECT_NE(exit->code, 0);
  EXPECT_NE(desk.client().process().err().find("compositor"), std::string::npos)
      << desk.client().process().err();
  EXPECT_EQ(desk.client().sanitizer_report(), "");
}

TEST_P(LifeWith, AFrozenCompositorCannotKeepTheClientFromEnding) {
  Desk desk(kLaptop);
  desk.start_client(renderer());
  desk.start_guest(Guest::Linux, {"--size", "1366x768", "--rate", "30"});
  ASSERT_TRUE(desk.shows_moving(kMoving));
  desk.sway().process().signal(SIGSTOP);
  desk.client().process().signal(SIGTERM);
  const std::optional<Exit> exit = desk.client().process().wait(kPatience);
  ASSERT_TRUE(exit) << "the client hangs";
  EXPECT_EQ(exit->signal, 0);
}

TEST_P(LifeWith, ClosingTheWindowEndsTheClient) {
  Desk desk(kLaptop);
  desk.start_client(renderer());
  desk.start_guest(Guest::Linux, {"--size", "1366x768", "--rate", "30"});
  ASSERT_TRUE(desk.shows_moving(kMoving));
  desk.sway().message("[app_id=\".*\"] kill");
  EXPECT_EQ(desk.client().process().wait(kPatience), Exit{.code = 0});
  EXPECT_EQ(desk.client().sanitizer_report(), "");
}

TEST_P(LifeWith, CtrlCEndsTheClientWhileItWaits) {
  Desk desk(kLaptop);
  desk.start_client(renderer());
  ASSERT_TRUE(desk.client_says("absent"));
  desk.client().process().signal(SIGINT);
  EXPECT_EQ(desk.client().process().wait(kPatience), Exit{.code = 0});
  EXPECT_EQ(desk.client().sanitizer_report(), "");
}

}  // namespace
}  // namespace pierglass::test
