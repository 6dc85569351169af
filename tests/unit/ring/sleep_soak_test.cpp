// SPDX-License-Identifier: GPL-2.0-or-later
// A guest and two readers that sleep on real eventfds without a time-out between everything they
// do: each step waits until the other side has seen the one before, so one lost ring stops it all.
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/eventfd.h>

#include <array>
#include <thread>

#include "tests/support/wait_until.hpp"
#include "tests/unit/ring/ring_region.hpp"

namespace pierglass::ring {
namespace {

using namespace test;
using pierglass::test::wait_until;
using namespace std::chrono_literals;

constexpr std::uint64_t kSteps = 5000;
constexpr std::uint32_t kGuestPeer = 0;
constexpr std::uint32_t kPeers = 3;
constexpr int kPatienceMs = 20'000;

class Bell {
 public:
  Bell() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;
  ~Bell() { close(fd_); }
  void ring() const { EXPECT_EQ(eventfd_write(fd_, 1), 0); }
  // False when nobody rang for very long.
  [[nodiscard]] bool wait() const {
    pollfd waited{.fd = fd_, .events = POLLIN, .revents = 0};
    if (poll(&waited, 1, kPatienceMs) != 1) return false;
    eventfd_t count = 0;
    return eventfd_read(fd_, &count) == 0;
  }

 private:
  int fd_;
};

class SleepSoak : public testing::Test {
 protected:
  SleepSoak() { guest_.set_doorbell({.peer = kGuestPeer, .vector = 0}); }

  void ring_sleepers() {
    for (const DoorbellAddress& reader : guest_.sleepers()) bells_.at(reader.peer).ring();
  }

  // A reader that deals with everything, then sleeps.
  void read(ReaderSession& reader, std::uint32_t peer) {
    while (reader.current()) {
      const News seen = reader.look();
      frames_seen_[peer] = seen.newest;
      cursor_seen_[peer] = seen.cursor / 2;
      if (!reader.fall_asleep(seen)) continue;
      ++slept_;
      ASSERT_TRUE(bells_[peer].wait()) << "a reader was not rung";
      if (!reader.wake_up()) return;
    }
  }

  [[nodiscard]] bool seen_by_all(const std::array<std::atomic<std::uint64_t>, kPeers>& seen,
                                 std::uint64_t what) const {
    return wait_until([&] { return seen[1] >= what && seen[2] >= what; }, 20s, 0ms);
  }

  void write_frames() {
    for (std::uint64_t i = 1; i <= kSteps; ++i) {
      ASSERT_TRUE(publish_trace(guest_));
      ring_sleepers();
      ASSERT_TRUE(seen_by_all(frames_seen_, i)) << "frame " << i;
    }
  }

  void write_cursor() {
    for (std::uint64_t i = 1; i <= kSteps; ++i) {
      guest_.cursor().move({.position = {int(i), 0}, .visible = true});
      ring_sleepers();
      ASSERT_TRUE(seen_by_all(cursor_seen_, i)) << "motion " << i;
    }
  }

  // The guest's control thread. Time stands still: nobody is retired.
  void serve() {
    while (received_ < kSteps) {
      guest_.beat();
      EXPECT_EQ(guest_.retire_dead_readers(HostTime{}), 0u);
      while (guest_.next_control()) ++received_;
      if (received_ >= kSteps) return;
      guest_.set_asleep(true);
      if (!guest_.control_waits()) {
        ++guest_slept_;
        ASSERT_TRUE(bells_[kGuestPeer].wait()) << "the guest was not rung";
      }
      guest_.set_asleep(false);
    }
  }

  void send(ReaderSession& reader) {
    for (std::uint64_t i = 1; i <= kSteps; ++i) {
      ASSERT_TRUE(reader.send({.type = wire::ControlType::SetCapture, .run = true}));
      if (reader.guest_asleep()) bells_[kGuestPeer].ring();
      // Changes the word in which it also sleeps.
      reader.set_wish({.visible = i % 2 == 0});
      ASSERT_TRUE(wait_until([&] { return received_ >= i; }, 20s, 0ms)) << "message " << i;
    }
  }

  Region region_;
  GuestSession guest_ = region_.guest();
  std::array<Bell, kPeers> bells_;
  std::array<std::atomic<std::uint64_t>, kPeers> frames_seen_{};
  std::array<std::atomic<std::uint64_t>, kPeers> cursor_seen_{};
  std::atomic<std::uint64_t> received_{0};
  std::atomic<std::uint64_t> slept_{0};
  std::atomic<std::uint64_t> guest_slept_{0};
};

TEST_F(SleepSoak, NobodySleepsBesideNews) {
  const auto a = ReaderSession::attach(region_.span(), 1, {.peer = 1, .vector = 0}).value();
  const auto b = ReaderSession::attach(region_.span(), 2, {.peer = 2, .vector = 0}).value();
  {
    std::jthread first([&] { read(*a, 1); });
    std::jthread second([&] { read(*b, 2); });
    {
      std::jthread frames([&] { write_frames(); });
      std::jthread cursor([&] { write_cursor(); });
      std::jthread house([&] { serve(); });
      std::jthread requests([&] { send(*a); });
    }
    for (const DoorbellAddress& reader : guest_.end()) bells_.at(reader.peer).ring();
  }
  EXPECT_GT(slept_, 0u);
  EXPECT_GT(guest_slept_, 0u);
  RecordProperty("slept", std::to_string(slept_));
  RecordProperty("guest_slept", std::to_string(guest_slept_));
}

}  // namespace
}  // namespace pierglass::ring
