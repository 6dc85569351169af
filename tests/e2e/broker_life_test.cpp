// SPDX-License-Identifier: GPL-2.0-or-later
// Broker, guest and client die alone while the others live on.
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <string>

#include "guest/core/pattern.hpp"
#include "tests/e2e/broker_desk.hpp"
#include "tests/e2e/frame_requests.hpp"
#include "tests/support/proc_stats.hpp"
#include "tests/support/wait_until.hpp"

namespace pierglass::test {
namespace {

using namespace std::chrono_literals;

constexpr guest::PatternSpec kPattern{.size = {320, 240}, .mode = guest::PatternMode::Full};
constexpr std::chrono::milliseconds kNap(500);  // longer than any polling
// Frames, where the guest shows the rest on request: they go on for as long as kBack.
constexpr std::uint32_t kMoving = 60 * kBack / 1s;
const std::string kFrames = std::to_string(kMoving);
// Of private memory, allowed over rounds; not looked at under AddressSanitizer.
[[maybe_unused]] constexpr std::uint64_t kGrowth = std::uint64_t{1} << 20;

class Alone : public testing::Test {
 protected:
  void start(std::vector<std::string> pattern = {}) {
    desk_.start_broker();
    desk_.start_guest(std::move(pattern));
    desk_.start_client();
    ASSERT_TRUE(desk_.moves(kPatience));
  }
  // Black with some light text.
  bool shows_text() {
    return wait_until(
        [this] {
          const Picture screen = desk_.desk().screenshot();
          std::size_t dark = 0, light = 0;
          for (const std::uint32_t pixel : screen.pixels) {
            if (pixel == 0) ++dark;
            if ((pixel >> 8 & 0xff) > 0x80) ++light;
          }
          return dark > screen.pixels.size() * 3 / 4 && light > 50;
        },
        kPatience);
  }

  // Of a guest that was started with kFrames.
  FrameRequests ask_guest() {
    return {desk_, kMoving, [this] { desk_.desk().guest().signal(SIGUSR1); }};
  }

  BrokerDesk desk_{kPattern};
};

TEST_F(Alone, TheBrokersDeathStopsNothingAndTheNextOneIsTakenOver) {
  start();
  const std::uint64_t old = desk_.guest_memory();
  ASSERT_NE(old, 0U);
  desk_.kill_broker();
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(desk_.moves(kBack)) << "without a broker, " << i;
  EXPECT_EQ(desk_.guest_memory(), old);
  desk_.start_broker();
  EXPECT_TRUE(desk_.shares_memory(kBack, old));
  EXPECT_TRUE(desk_.moves(kBack));
  desk_.desk().expect_clean_end();
}

TEST_F(Alone, TheNextBrokerIsTakenOverWithAGuestThatBeginsAnew) {
  start();
  const std::uint64_t old = desk_.guest_memory();
  desk_.kill_broker();
  ASSERT_TRUE(desk_.moves(kBack));
  desk_.desk().kill_guest();
  desk_.start_broker();
  desk_.start_guest();
  EXPECT_TRUE(desk_.moves(kBack));
  EXPECT_TRUE(desk_.shares_memory(kBack, old));
  desk_.desk().expect_clean_end();
}

// More often than there are places for readers (8); those that died asleep hold theirs.
TEST_F(Alone, ClientsThatDieAsleepLeaveTheGuestToTheirSuccessors) {
  desk_.start_broker();
  desk_.start_guest({"--frames", kFrames, "--on-request"});
  FrameRequests requests = ask_guest();
  for (int i = 0; i < 12; ++i) {
    desk_.start_client();
    ASSERT_TRUE(requests.shown(kPatience)) << "client " << i;
    ASSERT_TRUE(requests.until_asleep(kNap)) << "client " << i;
    desk_.desk().kill_client();
  }
  EXPECT_TRUE(desk_.desk().guest().running());
}

TEST_F(Alone, AGuestKilledWhileTheClientSleepsIsMissedAndItsSuccessorShown) {
  start({"--frames", kFrames, "--on-request"});
  FrameRequests requests = ask_guest();
  ASSERT_TRUE(requests.shown(kPatience));
  ASSERT_TRUE(requests.until_asleep(kNap));
  desk_.desk().kill_guest();
  EXPECT_TRUE(shows_text());
  desk_.start_guest();
  EXPECT_TRUE(desk_.moves(kBack));
  desk_.desk().expect_clean_end();
}

TEST_F(Alone, AGuestReplacedWhileTheClientSleepsIsShown) {
  start({"--frames", kFrames, "--on-request"});
  for (int i = 0; i < 5; ++i) {
    FrameRequests requests = ask_guest();
    ASSERT_TRUE(requests.shown(kPatience)) << "guest " << i;
    ASSERT_TRUE(requests.until_asleep(kNap)) << "guest " << i;
    desk_.start_guest({"--frames", kFrames, "--on-request"});
    ASSERT_TRUE(desk_.moves(kBack)) << "guest " << i;
  }
  desk_.desk().expect_clean_end();
}

// What lives keeps neither descriptors nor memory of those that die.
class Survivor {
 public:
  explicit Survivor(pid_t process, const char* name) : process_(process), name_(name) {}
  void remember() {
    descriptors_ = open_descriptors(process_);
    bytes_ = usage_of(process_).private_bytes;
  }
  void expect_same() const {
    EXPECT_GT(descriptors_, 0U) << name_;
    EXPECT_TRUE(
        wait_until([this] { return open_descriptors(process_) <= descriptors_; }, kPatience))
        << name_ << " has " << open_descriptors(process_) << " descriptors where there were "
        << descriptors_;
#if !defined(__SANITIZE_ADDRESS__)  // which keeps what was freed
    EXPECT_LE(usage_of(process_).private_bytes, bytes_ + kGrowth) << name_;
#endif
  }

 private:
  pid_t process_;
  const char* name_;
  std::size_t descriptors_ = 0;
  std::uint64_t bytes_ = 0;
};

constexpr int kDeaths = 30;
constexpr int kFirst = 3;  // after so many everything was opened once

TEST_F(Alone, ManyGuestsLeaveNothingBehind) {
  start();
  Survivor broker(desk_.broker().pid(), "broker");
  Survivor client(desk_.desk().client().process().pid(), "client");
  for (int i = 0; i < kDeaths; ++i) {
    desk_.start_guest();
    ASSERT_TRUE(desk_.moves(kBack)) << "guest " << i;
    if (i == kFirst) {
      broker.remember();
      client.remember();
    }
  }
  broker.expect_same();
  client.expect_same();
  desk_.desk().expect_clean_end();
}

// However far it came: in another's memory, or with its own half made.
TEST_F(Alone, AGuestThatDiesWhileItStartsIsNotInTheWayOfTheNext) {
  start();
  for (std::chrono::milliseconds lived(0); lived.count() < 300; lived += 15ms) {
    desk_.start_guest();
    EXPECT_FALSE(desk_.desk().guest().wait(lived));
    desk_.start_guest();
    ASSERT_TRUE(desk_.moves(kBack)) << "after one that lived for " << lived.count() << " ms";
  }
  desk_.desk().expect_clean_end();
}

TEST_F(Alone, ManyClientsLeaveNothingBehind) {
  start();
  Survivor broker(desk_.broker().pid(), "broker");
  Survivor guest(desk_.desk().guest().pid(), "guest");
  for (int i = 0; i < kDeaths; ++i) {
    desk_.start_client();
    ASSERT_TRUE(desk_.moves(kBack)) << "client " << i;
    if (i == kFirst) {
      broker.remember();
      guest.remember();
    }
  }
  broker.expect_same();
  guest.expect_same();
  desk_.desk().expect_clean_end();
}

TEST_F(Alone, ManyBrokersLeaveNothingBehind) {
  start();
  Survivor guest(desk_.desk().guest().pid(), "guest");
  Survivor client(desk_.desk().client().process().pid(), "client");
  for (int i = 0; i < kDeaths; ++i) {
    const std::uint64_t old = desk_.guest_memory();
    desk_.start_broker();
    ASSERT_TRUE(desk_.shares_memory(kBack, old)) << "broker " << i;
    ASSERT_TRUE(desk_.moves(kBack)) << "broker " << i;
    if (i == kFirst) {
      guest.remember();
      client.remember();
    }
  }
  guest.expect_same();
  client.expect_same();
  desk_.desk().expect_clean_end();
}

}  // namespace
}  // namespace pierglass::test
