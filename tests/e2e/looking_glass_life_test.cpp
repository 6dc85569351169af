// SPDX-License-Identifier: GPL-2.0-or-later
// Looking Glass hosts that die, freeze, come back different, and lose their memory: what the client
// makes of it.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <map>
#include <optional>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "guest/core/pattern.hpp"
#include "tests/e2e/desk.hpp"
#include "tests/support/proc_stats.hpp"
#include "tests/support/wait_until.hpp"

namespace pierglass::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using guest::PatternMode;
using guest::PatternSpec;

constexpr Size kScreen{640, 480};
constexpr std::uint32_t kHalfASecond = 30;         // frames
constexpr std::uint32_t kNumbersEach = 100'000;    // of one host's pictures
constexpr std::chrono::duration<double> kSoon(2);  // from a host's start to the screen

// How much more private memory may be in use after many hosts. Mesa's compiled shaders and freed
// textures come and go by 20 MB; what a leak of one frame a host would be is 120 MB.
std::uint64_t memory_slack(const std::string& renderer) {
#if defined(__SANITIZE_ADDRESS__)
  return std::uint64_t{renderer == "gl" ? 96U : 64U} << 20;  // freed memory is kept for a while
#else
  return std::uint64_t{renderer == "gl" ? 32U : 2U} << 20;
#endif
}

// A desk whose hosts count on from each other, so that a number on the screen tells whose it is.
class Stage {
 public:
  explicit Stage(const std::string& renderer) : desk_(kScreen) { desk_.start_client(renderer); }

  Desk& desk() { return desk_; }
  pid_t client() { return desk_.client().process().pid(); }

  void start_host(Size size, std::vector<std::string> more = {}) {
    size_ = size;
    first_ += kNumbersEach;
    more.insert(more.end(), {"--size", text_of(size), "--rate", "30", "--always", "--first-number",
                             std::to_string(first_)});
    desk_.start_guest(Guest::LookingGlass, more);
  }

  // The number on the screen, if it is one of the running host's.
  std::optional<std::uint32_t> number() {
    const Picture screen = desk_.screenshot();
    Picture picture(size_);
    for (std::uint32_t y = 0; y < size_.height; ++y) {
      for (std::uint32_t x = 0; x < size_.width; ++x)
        picture.pixels[std::size_t{y} * size_.width + x] =
            screen.at((2 * x + 1) * kScreen.width / (2 * size_.width),
                      (2 * y + 1) * kScreen.height / (2 * size_.height));
    }
    const auto number = guest::decode_frame_number(std::as_const(picture).view());
    return number && *number >= first_ ? number : std::nullopt;
  }

  // How long it takes until the screen shows a frame of the running host, after `but`.
  std::chrono::duration<double> until_shown(std::uint32_t but = 0) {
    const auto began = Clock::now();
    const bool shown = wait_until(
        [&] {
          const auto seen = number();
          return seen && *seen > but;
        },
        kPatience, 20ms);
    EXPECT_TRUE(shown) << words();
    return Clock::now() - began;
  }

  // Of host and client, for messages.
  std::string words() {
    const std::string client = desk_.client().process().err();
    std::string host;
    for (const std::string& word : desk_.guest().words()) host += word + " ";
    return "host: " + host + desk_.guest().err() +
           "\nclient: " + client.substr(client.size() - std::min<std::size_t>(600, client.size()));
  }

  testing::AssertionResult client_is_calm() {
    const double load = load_of(client(), 1s);
    if (load > 0 && load < kIdleLoad) return testing::AssertionSuccess();
    return testing::AssertionFailure() << "the client uses " << load << " of a core";
  }

 private:
  Desk desk_;
  Size size_;
  std::uint32_t first_ = 0;
};

std::optional<std::uint32_t> number_on(Desk& desk) {
  const Picture screen = desk.screenshot();
  return guest::decode_frame_number(screen.view());
}

class GlassLife : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(EndToEnd, GlassLife, testing::Values("gl", "shm"),
                         [](const auto& one) { return one.param; });

// What can happen to a host, ending with a running one.
class Fates {
 public:
  static constexpr std::size_t kKinds = 7;

  explicit Fates(Stage& stage) : stage_(stage) {}

  // Says what happened.
  std::string next() {
    switch (random_() % 16) {
      case 0:
        return frozen();
      case 1:
      case 2:
        return truncated_under_it();
      case 3:
      case 4:
        return replaced();
      case 5:
      case 6:
        return grown();
      case 7:
        return dead_holding_its_lock();
      case 8:
        return wiped();
      default:
        return killed();
    }
  }

  // The number that must be passed; 0 after a new start.
  [[nodiscard]] std::uint32_t but() const { return but_; }

  void start_plain() {
    but_ = 0;
    stage_.start_host(kScreen);
  }

 private:
  void start_any() {
    static constexpr Size kSizes[] = {kScreen, {320, 240}, {800, 600}};
    static const char* const kFormats[] = {"bgra", "rgba", "rgba10", "bgr32", "rgb24", "rgba16f"};
    but_ = 0;
    stage_.start_host(
        kSizes[random_() % std::size(kSizes)],
        {"--format", kFormats[random_() % std::size(kFormats)], "--protocol",
         random_() % 3 == 0 ? "34" : "20", "--mode", random_() % 2 == 0 ? "full" : "small"});
  }

  std::string killed() {
    stage_.desk().kill_guest();
    start_any();
    return "killed";
  }
  std::string frozen() {
    stage_.desk().guest().signal(SIGSTOP);
    // A stretch of time, in which the client is not to spin.
    const double load = load_of(stage_.client(), 3s);
    EXPECT_LT(load, kIdleLoad) << "while the host was frozen";
    but_ = stage_.number().value_or(0);
    stage_.desk().guest().signal(SIGCONT);
    return "frozen";
  }
  std::string truncated_under_it() {
    stage_.desk().memory().truncate(0);
    if (random_() % 2 == 0) {
      EXPECT_TRUE(stage_.client_is_calm()) << "with memory of no bytes";
    }
    stage_.desk().kill_guest();
    stage_.desk().memory().truncate(kMemoryBytes);
    start_any();
    return "truncated";
  }
  std::string replaced() {
    stage_.desk().memory().create(kMemoryBytes);
    stage_.desk().kill_guest();
    start_any();
    return "replaced";
  }
  std::string grown() {
    stage_.desk().kill_guest();
    grown_ = !grown_;
    stage_.desk().memory().truncate(grown_ ? kMemoryBytes * 2 : kMemoryBytes);
    start_any();
    return "grown or shrunk";
  }
  std::string dead_holding_its_lock() {
    stage_.start_host(kScreen, {"--die-holding-lock", "5"});
    EXPECT_TRUE(stage_.desk().guest().wait(kPatience));
    if (random_() % 2 == 0) {
      EXPECT_TRUE(stage_.client_is_calm()) << "with a lock that nobody will release";
    }
    start_any();
    return "died with the lock";
  }
  std::string wiped() {
    std::ofstream file(stage_.desk().memory().path(), std::ios::in | std::ios::binary);
    const std::vector<char> nothing(64 * 1024);
    file.write(nothing.data(), static_cast<std::streamsize>(nothing.size()));
    file.close();
    but_ = stage_.number().value_or(0) + kHalfASecond;  // none of the old session's
    return "wiped";
  }

  Stage& stage_;
  std::mt19937 random_{20260820};
  std::uint32_t but_ = 0;
  bool grown_ = false;
};

TEST_P(GlassLife, ManyHostsComeAndGoBeforeOneClient) {
  constexpr int kRounds = 100;  // with each renderer
  constexpr int kSettled = 20;
  Stage stage(GetParam());
  Fates fates(stage);
  fates.start_plain();
  stage.until_shown();
  std::uint64_t bytes_before = 0;
  std::size_t files_before = 0;
  std::map<std::string, int> met;
  std::chrono::duration<double> longest(0);
  std::map<std::string, int> late;
  for (int round = 1; round <= kRounds; ++round) {
    const std::string fate = fates.next();
    ++met[fate];
    ASSERT_TRUE(stage.desk().client().process().running()) << round << " " << fate;
    const auto took = stage.until_shown(fates.but());
    ASSERT_FALSE(HasFailure()) << "round " << round << ", " << fate;
    longest = std::max(longest, took);
    if (took > kSoon) ++late[fate];
    if (round != kSettled && round != kRounds) continue;
    fates.start_plain();
    stage.until_shown();
    if (round == kSettled) {
      bytes_before = usage_of(stage.client()).private_bytes;
      files_before = open_descriptors(stage.client());
    }
  }
  EXPECT_LE(usage_of(stage.client()).private_bytes, bytes_before + memory_slack(GetParam()));
  EXPECT_EQ(open_descriptors(stage.client()), files_before);
  EXPECT_EQ(met.size(), Fates::kKinds);
  // A busy machine may delay one now and then; a fate that is always late is a fault.
  std::printf("longest %.2f s\n", longest.count());
  for (const auto& [fate, times] : met) {
    EXPECT_LE(late[fate], 1 + times / 20) << fate << " of " << times;
    std::printf("%3d times %s, %d longer than %.0f s\n", times, fate.c_str(), late[fate],
                kSoon.count());
  }
  stage.desk().expect_clean_end();
}

TEST_P(GlassLife, AKilledHostIsMissedAndCostsNothing) {
  Stage stage(GetParam());
  stage.start_host(kScreen);
  stage.until_shown();
  stage.desk().guest().signal(SIGKILL);
  ASSERT_TRUE(stage.desk().client_says("silent"));
  EXPECT_TRUE(stage.client_is_calm());
  stage.start_host({320, 240}, {"--format", "rgba10", "--protocol", "34"});
  stage.until_shown();
  stage.desk().expect_clean_end();
}

TEST_P(GlassLife, AFrozenClientIsDroppedAndComesBack) {
  for (const char* protocol : {"20", "34"}) {
    Stage stage(GetParam());
    stage.start_host(kScreen, {"--protocol", protocol});
    stage.until_shown();
    stage.desk().client().process().signal(SIGSTOP);
    (void)wait_until([] { return false; }, 2500ms);  // a stretch of time: hosts wait for one second
    const std::uint32_t before = stage.number().value_or(0);
    stage.desk().client().process().signal(SIGCONT);
    stage.until_shown(before);
    EXPECT_EQ(stage.desk().guest().stop(kPatience), Exit{.code = 0});
    const std::string counts = stage.desk().guest().err();
    EXPECT_EQ(counts.find(" 0 readers timed out"), std::string::npos) << counts;
    EXPECT_NE(counts.find("readers timed out"), std::string::npos) << counts;
    stage.desk().expect_clean_end();
  }
}

TEST_P(GlassLife, HostsOfBothKindsTakeTurnsInOneFile) {
  Desk desk(kScreen);
  desk.start_client(GetParam());
  const PatternSpec full{.size = kScreen, .mode = PatternMode::Full};
  for (int round = 0; round < 3; ++round) {
    const auto first = std::to_string(kNumbersEach * static_cast<std::uint32_t>(round + 1));
    desk.start_guest(Guest::LookingGlass, {"--size", "640x480", "--first-number", first});
    ASSERT_TRUE(wait_until(
        [&] {
          const auto number = number_on(desk);
          return number && *number >= kNumbersEach;
        },
        kPatience))
        << round << desk.client().process().err();
    ASSERT_TRUE(desk.shows_moving(full)) << round;
    desk.start_guest(Guest::Linux, {"--size", "640x480", "--rate", "60"});
    ASSERT_TRUE(wait_until(
        [&] {
          const auto number = number_on(desk);
          return number && *number < kNumbersEach;
        },
        kPatience))
        << round << desk.client().process().err() << desk.guest().err();
    ASSERT_TRUE(desk.shows_moving(full)) << round;
  }
  desk.expect_clean_end();
}

}  // namespace
}  // namespace pierglass::test
