// SPDX-License-Identifier: GPL-2.0-or-later
// A guest that rings: the client does nothing until then, and shows the frame at once; and guests
// whose rings are lost.
#include <gtest/gtest.h>

#include <csignal>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "tests/e2e/broker_desk.hpp"
#include "tests/e2e/frame_requests.hpp"
#include "tests/support/ivshmem_machine.hpp"
#include "tests/support/proc_stats.hpp"
#include "tests/support/wait_until.hpp"

namespace pierglass::test {
namespace {

using namespace std::chrono_literals;

constexpr guest::PatternSpec kPattern{.size = {640, 480}, .mode = guest::PatternMode::Full};
constexpr std::uint32_t kMoving = 90;  // frames until the guest has no more
#if defined(__SANITIZE_ADDRESS__)
constexpr auto kAtOnce = 1s;
#else
constexpr auto kAtOnce = 500ms;  // with a screenshot or two
#endif

const std::string kFrames = std::to_string(kMoving);

void expect_sleep_and_frames_at_once(BrokerDesk& desk, FrameRequests& requests) {
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(requests.until_asleep(kStill));
    EXPECT_TRUE(desk.client_sleeps());
    EXPECT_TRUE(requests.next(kAtOnce));
  }
}

TEST(ADoorbellOfAMachine, LetsTheClientSleepAndShowsTheNextFrameAtOnce) {
  BrokerDesk desk(kPattern);
  desk.start_broker();
  ASSERT_TRUE(desk.broker_listens());
  desk.start_client();
  IvshmemMachine machine(desk.desk().lab(), doorbell_device(desk.socket(), 2));
  machine.run_feed({"--size", "640x480", "--rate", "20", "--frames", kFrames, "--on-request"});
  std::optional<std::uint32_t> number;
  for (int i = 0; i < 3; ++i) {
    number = desk.desk().shows_moving(kPattern, number);
    ASSERT_TRUE(number) << machine.console();
  }
  ASSERT_TRUE(desk.desk().shows(pattern_picture(kPattern, kMoving), 0, "last of the machine"))
      << machine.console();
  FrameRequests requests(desk, kMoving, [&] { machine.signal_feed(SIGUSR1); });
  expect_sleep_and_frames_at_once(desk, requests);
  EXPECT_EQ(machine.feed_ended(), std::nullopt) << machine.console();
  desk.desk().expect_clean_end();
}

class ADoorbell : public testing::Test {
 protected:
  void start() {
    desk_.start_broker();
    desk_.start_guest({"--frames", kFrames, "--on-request"});
    desk_.start_client();
    ASSERT_TRUE(desk_.desk().shows(pattern_picture(kPattern, kMoving), 0, "last picture"));
  }
  void send(const std::string& command) {
    Lab& lab = desk_.desk().lab();
    const Finished done = run_to_end(lab.command("send", {lab.stage(client_program()).string(),
                                                          "send", command, "--memory", "unix:vm"}),
                                     kPatience);
    EXPECT_EQ(done.exit, Exit{.code = 0}) << done.err;
  }

  BrokerDesk desk_{kPattern};
  FrameRequests requests_{desk_, kMoving, [this] { desk_.desk().guest().signal(SIGUSR1); }};
};

TEST_F(ADoorbell, LetsTheClientSleepAndShowsTheNextFrameAtOnce) {
  start();
  expect_sleep_and_frames_at_once(desk_, requests_);
  desk_.desk().expect_clean_end();
}

TEST_F(ADoorbell, LetsAHiddenClientSleep) {
  start();
  ASSERT_TRUE(requests_.until_asleep(kStill));
  send("hide");
  ASSERT_TRUE(desk_.client_falls_asleep(kStill, 3 * kStill));
  EXPECT_TRUE(desk_.client_sleeps());
  send("show");
  EXPECT_TRUE(requests_.next(kPatience));
  desk_.desk().expect_clean_end();
}

// When each frame was published, by its number.
std::map<std::uint64_t, std::int64_t> published(const std::string& log) {
  std::map<std::uint64_t, std::int64_t> result;
  std::istringstream lines(log);
  for (std::uint64_t number = 0; lines >> number;) lines >> result[number];
  return result;
}

class RingsThatAreLost : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(EndToEnd, RingsThatAreLost, testing::Values("half", "never"),
                         [](const auto& one) { return one.param; });

// Slower than the client's polling while a picture moves, so that each frame finds it at its
// longest sleep.
TEST_P(RingsThatAreLost, DelayNoFrameByMoreThanPollingWould) {
  constexpr auto kPolling = 15ms;  // the longest of the polling ladder: pace/wait_ladder.hpp
  constexpr auto kMargin = 25ms;   // of a machine that does other things too
  BrokerDesk desk(kPattern);
  desk.start_broker();
  const std::filesystem::path log = desk.desk().lab().home() / "published";
  desk.start_guest(
      {"--rate", "4", "--frames", "40", "--hold", "--ring", GetParam(), "--log", log.string()});
  desk.start_client({}, Records::Kept);
  EXPECT_TRUE(desk.desk().shows(pattern_picture(kPattern, 40), 0, "last picture"));
  EXPECT_EQ(desk.desk().guest().stop(kPatience), Exit{.code = 0});
  std::map<std::uint64_t, std::int64_t> seen;
  ASSERT_TRUE(wait_until(
      [&] {
        for (const Client::Shown& shown : desk.desk().client().frame_log())
          seen.try_emplace(shown.sequence, shown.seen_ns);
        return seen.contains(40);
      },
      kPatience));
  const auto times = published(read_text(log));
  ASSERT_EQ(times.size(), 40U);
  const std::uint64_t first = std::max<std::uint64_t>(seen.begin()->first, 3);
  ASSERT_LE(first, 20U) << "the client came too late";
  std::chrono::nanoseconds latest{};
  for (const auto& [number, at] : times) {
    if (number < first) continue;
    ASSERT_TRUE(seen.contains(number)) << "frame " << number << " was not shown";
    latest = std::max(latest, std::chrono::nanoseconds(seen.at(number) - at));
  }
  std::fprintf(stderr, "rings %s: latest frame after %.2f ms\n", GetParam().c_str(),
               std::chrono::duration<double, std::milli>(latest).count());
  EXPECT_LE(latest, kPolling + kMargin);
  desk.desk().expect_clean_end();
}

}  // namespace
}  // namespace pierglass::test
