// SPDX-License-Identifier: GPL-2.0-or-later
// Guest and readers as processes on one memfd, killed at random points. The survivor goes on and
// never sees a torn frame.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <random>

#include "tests/unit/ring/ring_region.hpp"

namespace pierglass::ring {
namespace {

using namespace test;
using namespace std::chrono_literals;

constexpr int kGuestRounds = 120;
constexpr int kReaderRounds = 60;
constexpr auto kPatience = 20s;

// A child that never ends by itself; killed at the latest by the destructor.
class Child {
 public:
  template <typename Body>
  explicit Child(Body body) : pid_(fork()) {
    if (pid_ != 0) return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    body();
    _exit(1);
  }
  Child(Child&& other) noexcept : pid_(std::exchange(other.pid_, 0)) {}
  Child& operator=(Child&&) = delete;
  ~Child() {
    if (pid_ != 0) kill_now();
  }
  // True when it was still running well.
  bool kill_now() {
    kill(pid_, SIGKILL);
    int status = 0;
    waitpid(std::exchange(pid_, 0), &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  }

 private:
  pid_t pid_;
};

// Follows complete and started frames in turn; a torn one ends the process.
class Follower {
 public:
  explicit Follower(ReaderSession& reader) : reader_(reader) {}

  // False for a torn frame.
  bool step() {
    turn_ = !turn_;
    const auto lease = turn_ ? reader_.acquire_newest(seen_) : reader_.acquire_started(seen_);
    if (!lease || !*lease) return true;
    const FrameLease& frame = **lease;
    const bool complete = frame.rows_complete() == frame.info().size.height;
    if (turn_ && !complete) return false;
    if (!complete) return true;
    copy_.assign(frame.pixels().begin(), frame.pixels().end());
    if (!frame.intact()) return true;
    seen_ = frame.info().sequence;
    ++frames_;
    return trace_is_whole(copy_, reader_.layout().session, seen_);
  }
  [[nodiscard]] int frames() const { return frames_; }

 private:
  ReaderSession& reader_;
  std::vector<std::byte> copy_;
  std::uint64_t seen_ = 0;
  int frames_ = 0;
  bool turn_ = false;
};

void be_guest(Region& region, std::uint64_t session) {
  region.map_again();
  GuestSession guest = region.guest(session);
  for (std::int32_t i = 0;; ++i) {
    guest.beat();
    guest.cursor().move({.position = {i, i}});
    if (!publish_trace(guest)) return;
  }
}

void be_reader(Region& region, std::uint64_t token) {
  region.map_again();
  auto reader = ReaderSession::attach(region.span(), token);
  if (!reader) return;
  Follower follower(**reader);
  while ((*reader)->beat() && follower.step()) {
  }
}

// The guest laid the region out anew: the old session is over for every reader.
std::unique_ptr<ReaderSession> attach_to(const Region& region, std::uint64_t session) {
  const HostTime deadline = HostClock::now() + kPatience;
  while (HostClock::now() < deadline) {
    auto reader = ReaderSession::attach(region.span(), session + 1000);
    if (reader && (*reader)->layout().session == session) return std::move(*reader);
  }
  return nullptr;
}

TEST(TwoProcesses, AReaderOutlivesGuestsKilledAtAnyPoint) {
  Region region({.slot_count = 3});
  std::mt19937 random(1);
  std::unique_ptr<ReaderSession> old;
  for (std::uint64_t session = 1; session <= kGuestRounds; ++session) {
    Child guest([&] { be_guest(region, session); });
    const auto reader = attach_to(region, session);
    ASSERT_NE(reader, nullptr);
    if (old) {
      EXPECT_FALSE(old->current());
    }
    Follower follower(*reader);
    const int enough = 1 + static_cast<int>(random() % 8);
    const HostTime deadline = HostClock::now() + kPatience;
    while (follower.frames() < enough && HostClock::now() < deadline) {
      ASSERT_TRUE(follower.step()) << "torn in session " << session;
    }
    ASSERT_GE(follower.frames(), enough);
    for (auto more = random() % 2000; more > 0; --more) static_cast<void>(reader->cursor());
    ASSERT_TRUE(guest.kill_now());

    ASSERT_TRUE(reader->current()) << "nobody has said that the session ended";
    Follower after(*reader);
    ASSERT_TRUE(after.step());
    ASSERT_EQ(after.frames(), 1) << "the last complete frame is still there";
    old = ReaderSession::attach(region.span(), session + 5000).value();
  }
}

TEST(TwoProcesses, AGuestOutlivesReadersKilledAtAnyPoint) {
  Region region({.slot_count = 3});
  GuestSession guest = region.guest();
  std::mt19937 random(2);
  HostTime now{1h};
  int busy = 0;
  for (std::uint64_t round = 1; round <= kReaderRounds; ++round) {
    std::vector<Child> readers;
    for (std::uint64_t i = 0; i < 3; ++i) {
      readers.emplace_back([&] { be_reader(region, round * 10 + i); });
    }
    const HostTime deadline = HostClock::now() + kPatience;
    while (guest.demand().readers < 3 && HostClock::now() < deadline) publish_trace(guest);
    ASSERT_EQ(guest.demand().readers, 3u);
    for (auto more = random() % 100; more > 0; --more) publish_trace(guest);
    for (Child& reader : readers) ASSERT_TRUE(reader.kill_now()) << "a reader saw a torn frame";

    for (int i = 0; i < 5; ++i) busy += publish_trace(guest) ? 0 : 1;
    guest.retire_dead_readers(now);
    now += GuestSession::kReaderTimeout + 1ms;
    ASSERT_EQ(guest.retire_dead_readers(now), 3u);
    ASSERT_EQ(guest.demand().readers, 0u);
    ASSERT_TRUE(publish_trace(guest)) << "the dead hold nothing any more";
  }
  RecordProperty("busy", busy);
}

}  // namespace
}  // namespace pierglass::ring
