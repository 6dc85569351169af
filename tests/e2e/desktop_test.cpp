// SPDX-License-Identifier: GPL-2.0-or-later
// What a guest says of itself and asks for, as the desktop and the user come to know it.
#include <gtest/gtest.h>
#include <signal.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/e2e/desk.hpp"
#include "tests/support/wait_until.hpp"

namespace pierglass::test {
namespace {

using Json = nlohmann::json;

constexpr Size kSmall{640, 480};

// The client's window in Sway's tree; null when there is none.
Json find_window(const Json& node) {
  if (node.value("app_id", Json()) == "pierglass") return node;
  for (const char* list : {"nodes", "floating_nodes"}) {
    for (const Json& child : node.value(list, Json::array())) {
      if (Json found = find_window(child); !found.is_null()) return found;
    }
  }
  return {};
}

std::size_t count(const std::string& text, const std::string& word) {
  std::size_t found = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1))
    ++found;
  return found;
}

// The client's title with a test host of this release.
std::string title_of(const std::string& release, const std::string& capture = "Pattern") {
  return "Pierglass: Test system (2 cores, 4 threads, Test processor) - Looking Glass host " +
         release + ", " + capture;
}

class GuestOnTheDesktop : public testing::Test {
 protected:
  void start(std::vector<std::string> guest) {
    desk_.start_client("shm");
    start_guest(std::move(guest));
  }
  void start_guest(std::vector<std::string> guest) {
    guest.insert(guest.begin(), {"--size", text_of(kSmall), "--rate", "60"});
    desk_.start_guest(Guest::LookingGlass, guest);
  }

  Json window() { return find_window(Json::parse(desk_.sway().query("get_tree"))); }
  std::string title() { return window().value("name", ""); }
  // Whether Sway counts the window's wish for a screen that stays on.
  bool keeps_screen_on() { return window().value("inhibit_idle", false); }

  // Until the client's window is as `wanted` says.
  testing::AssertionResult window_becomes(std::move_only_function<bool(const Json&)> wanted) {
    Json last;
    const bool done = wait_until(
        [&] {
          last = window();
          return !last.is_null() && wanted(last);
        },
        kPatience, std::chrono::milliseconds(30));
    if (done) return testing::AssertionSuccess();
    return testing::AssertionFailure()
           << last.dump(1) << "\nclient: " << desk_.client().process().err();
  }
  testing::AssertionResult title_becomes(const std::string& wanted) {
    return window_becomes([&](const Json& window) { return window.value("name", "") == wanted; });
  }
  // The guest's records in the client's statistics, once `wanted` holds of them.
  testing::AssertionResult statistics_become(std::move_only_function<bool(const Json&)> wanted) {
    Json last;
    const bool done = wait_until(
        [&] {
          const auto stats = desk_.client().stats();
          last = stats.empty() ? Json() : stats.back().value("guest", Json());
          return wanted(last);
        },
        kPatience);
    if (done) return testing::AssertionSuccess();
    return testing::AssertionFailure() << last.dump(1);
  }

  Desk desk_{kSmall};
};

TEST_F(GuestOnTheDesktop, TheGuestIsNamedInTitleStatisticsAndLog) {
  desk_.start_client("shm");
  ASSERT_TRUE(title_becomes("Pierglass"));
  ASSERT_TRUE(statistics_become([](const Json& guest) { return guest.is_null(); }));
  start_guest({"--capture", "DXGI", "--release", "B7"});
  ASSERT_TRUE(title_becomes(title_of("B7", "DXGI")));
  const Json expected = {{"program", "Looking Glass host B7"},
                         {"system", "Test system"},
                         {"machine", "2 cores, 4 threads, Test processor"},
                         {"capture", "DXGI"},
                         {"uuid", ""},
                         {"notice", ""}};
  EXPECT_TRUE(statistics_become([&](const Json& guest) { return guest == expected; }));
  const std::string log = desk_.client().process().err();
  EXPECT_EQ(count(log,
                  "Looking Glass host B7 on Test system (2 cores, 4 threads, Test processor), "
                  "capturing with DXGI"),
            1U)
      << log;
  desk_.expect_clean_end();
}

TEST_F(GuestOnTheDesktop, ASuccessorOfAnotherNameIsNamed) {
  start({"--release", "B7"});
  ASSERT_TRUE(title_becomes(title_of("B7")));
  start_guest({"--release", "B7-5-gabcdef"});
  EXPECT_TRUE(title_becomes(title_of("B7-5-gabcdef")));
  desk_.expect_clean_end();
}

TEST_F(GuestOnTheDesktop, ATooSmallMemoryIsToldInTitleStatisticsAndLog) {
  start({"--truncate", "300"});
  const auto told = [](const std::string& text) {
    return text.find("too small for 640x480") != std::string::npos &&
           text.find("MiB") != std::string::npos;
  };
  EXPECT_TRUE(window_becomes([&](const Json& window) { return told(window.value("name", "")); }));
  EXPECT_TRUE(statistics_become(
      [&](const Json& guest) { return guest.is_object() && told(guest.value("notice", "")); }));
  const std::string log = desk_.client().process().err();
  EXPECT_EQ(count(log, "too small for 640x480"), 1U) << log;
  start_guest({});
  EXPECT_TRUE(title_becomes(title_of("B7-test")));
  EXPECT_TRUE(statistics_become(
      [&](const Json& guest) { return guest.is_object() && guest.value("notice", "?").empty(); }));
  desk_.expect_clean_end();
}

TEST_F(GuestOnTheDesktop, TheScreenStaysOnWhileAGuestThatLivesAsksForIt) {
  desk_.start_client("shm", {"--windowed"});  // on the whole screen pictures that move do as well
  start_guest({});
  ASSERT_TRUE(title_becomes(title_of("B7-test")));
  EXPECT_FALSE(keeps_screen_on());
  start_guest({"--screensaver"});
  const auto on = [](const Json& window) { return window.value("inhibit_idle", false); };
  const auto off = [](const Json& window) { return !window.value("inhibit_idle", true); };
  ASSERT_TRUE(window_becomes(on));
  desk_.guest().signal(SIGKILL);
  ASSERT_TRUE(window_becomes(off)) << "the guest is dead";
  start_guest({"--screensaver"});
  ASSERT_TRUE(window_becomes(on));
  start_guest({});
  ASSERT_TRUE(window_becomes(off)) << "another guest does not ask";
  desk_.expect_clean_end();
}

TEST_F(GuestOnTheDesktop, TheScreenStaysOnWhilePicturesMoveOnTheWholeOfIt) {
  desk_.start_client("shm");
  desk_.start_guest(Guest::Linux, {"--size", text_of(kSmall), "--frames", "60", "--hold"});
  const auto on = [](const Json& window) { return window.value("inhibit_idle", false); };
  const auto off = [](const Json& window) { return !window.value("inhibit_idle", true); };
  ASSERT_TRUE(window_becomes(on));
  EXPECT_TRUE(window_becomes(off)) << "some seconds after the last picture of a guest that lives";
  EXPECT_TRUE(desk_.client_says("live"));
  desk_.expect_clean_end();
}

TEST_F(GuestOnTheDesktop, AGuestThatWantsAttentionMakesItsWindowUrgentAndLeavesTheFocusAlone) {
  desk_.sway().message("create_output");
  desk_.start_client("shm");
  ASSERT_TRUE(window_becomes([](const Json& window) { return window.value("focused", false); }));
  desk_.sway().message("focus output HEADLESS-2");  // the user turns to another screen
  start_guest({});
  ASSERT_TRUE(title_becomes(title_of("B7-test")));
  const auto urgent = [](const Json& window) { return window.value("urgent", false); };
  EXPECT_FALSE(urgent(window()));
  start_guest({"--activate"});
  ASSERT_TRUE(window_becomes(urgent));
  EXPECT_FALSE(window().value("focused", true));
  desk_.sway().message("[app_id=pierglass] focus");
  ASSERT_TRUE(window_becomes([&](const Json& window) { return !urgent(window); }));
  desk_.sway().message("focus output HEADLESS-2");
  EXPECT_TRUE(window_becomes(urgent)) << "the guest asks again every 100 frames";
  desk_.expect_clean_end();
}

TEST_F(GuestOnTheDesktop, AGuestThatWantsAttentionIsHeardFromAnotherWorkspace) {
  desk_.start_client("shm");
  start_guest({});
  ASSERT_TRUE(title_becomes(title_of("B7-test")));
  desk_.sway().message("workspace elsewhere");
  start_guest({"--activate"});
  EXPECT_TRUE(window_becomes([](const Json& window) { return window.value("urgent", false); }));
  desk_.expect_clean_end();
}

}  // namespace
}  // namespace pierglass::test
