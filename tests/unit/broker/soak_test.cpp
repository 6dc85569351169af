// SPDX-License-Identifier: GPL-2.0-or-later
// A hundred thousand connections by all sorts of peers, beside honest ones that never wait.
#include <gtest/gtest.h>
#include <malloc.h>
#include <poll.h>
#include <sys/ioctl.h>

#include <cstdlib>
#include <deque>
#include <filesystem>
#include <random>

#include "tests/unit/broker/honest_peer.hpp"
#include "tests/unit/broker/served.hpp"

#if defined(__SANITIZE_ADDRESS__)
// GCC 12 has the function without the header.
extern "C" std::size_t __sanitizer_get_current_allocated_bytes();
#endif

namespace pierglass::broker {
namespace {

constexpr int kConnections = 100'000;
constexpr std::size_t kVectors = 2;
constexpr std::size_t kHonest = 3;
constexpr std::size_t kDeaf = 3;     // as many at a time who never read
constexpr std::size_t kCrowd = 12;   // and others at most
constexpr std::size_t kPlaces = 15;  // so that some are refused
// Rounds of the server's loop within which an honest newcomer has its greeting, whatever others do.
constexpr int kRoundsToGreet = 4;

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

// What the program has allocated, without what its allocator holds back.
std::size_t allocated_bytes() {
#if defined(__SANITIZE_ADDRESS__)
  return __sanitizer_get_current_allocated_bytes();
#else
  return mallinfo2().uordblks;
#endif
}

bool cut_off(const RawPeer& peer) {
  pollfd poll_fd{.fd = peer.fd(), .events = 0, .revents = 0};
  return poll(&poll_fd, 1, 0) == 1 && (poll_fd.revents & POLLHUP) != 0;
}

int unread(const RawPeer& peer) {
  int bytes = 0;
  return ioctl(peer.fd(), FIONREAD, &bytes) == 0 ? bytes : 0;
}

struct BrokerSoak : testing::Test, Served {
  std::mt19937_64 random;
  std::deque<HonestPeer> honest;
  std::vector<RawPeer> deaf;
  std::vector<RawPeer> crowd;
  int connections = 0;
  int deaf_ends = 0;
  int newcomers = 0;
  int refusals = 0;

  std::size_t draw(std::size_t below) { return random() % below; }
  void step() { ASSERT_TRUE(loop->step(Nanoseconds(0))); }

  void add_honest() {
    honest.emplace_back(RawPeer(path), kVectors);
    ++connections;
    for (int round = 0; round < kRoundsToGreet && !honest.back().greeted(); ++round) {
      step();
      ASSERT_TRUE(honest.back().listen());
    }
    ASSERT_TRUE(honest.back().greeted());
  }

  // Everybody who is honest has heard the same.
  void listen_all() {
    for (HonestPeer& one : honest) ASSERT_TRUE(one.listen()) << "peer " << one.id();
  }

  void exchange_ring() {
    HonestPeer& from = honest[draw(kHonest)];
    HonestPeer& to = honest[draw(kHonest)];
    if (&from == &to) return;
    const std::size_t vector = draw(kVectors);
    ASSERT_TRUE(from.ring_other(to.id(), vector));
    ASSERT_EQ(to.rung(vector), 1U);
  }

  RawPeer caller() {
    ++connections;
    return RawPeer(path);
  }

  // Comes, is greeted at once if there is a place, and goes.
  void honest_visit() {
    const bool place = server->peers() < kPlaces;
    HonestPeer visitor(RawPeer(path), kVectors);
    ++connections;
    ASSERT_TRUE(visitor.connected());
    for (int round = 0; round < kRoundsToGreet && !visitor.greeted(); ++round) {
      step();
      if (!visitor.listen()) break;
    }
    // One who held a place may have left, never come, in between.
    ASSERT_TRUE(visitor.greeted() || !place);
    if (!visitor.greeted()) ++refusals;
    if (visitor.greeted()) ++newcomers;
  }

  void crowd_acts() {
    if (crowd.empty()) return;
    RawPeer& one = crowd[draw(crowd.size())];
    switch (draw(6)) {
      case 0:
        (void)one.speak();
        break;
      case 1:
        one.shut(SHUT_RD);
        break;
      case 2:
        one.shut(SHUT_WR);
        break;
      case 3:
        one.listen();
        one.forget();
        break;
      default:
        std::swap(one, crowd.back());
        crowd.pop_back();
    }
  }

  void somebody_comes() {
    if (crowd.size() == kCrowd) crowd.erase(crowd.begin());
    crowd.push_back(caller());
    if (draw(4) == 0) (void)crowd.back().speak();
    if (draw(4) == 0) crowd.pop_back();  // before anybody saw it
  }

  void keep_deaf() {
    for (RawPeer& one : deaf) {
      if (!cut_off(one)) continue;
      if (unread(one) != 0) ++deaf_ends;  // else it was never let in
      one = caller();
    }
    while (deaf.size() < kDeaf) deaf.push_back(caller());
  }

  void act() {
    const std::size_t what = draw(8);
    if (what < 3) somebody_comes();
    if (what == 3) honest_visit();
    if (what > 3) crowd_acts();
    keep_deaf();
    step();
    step();
    listen_all();
    exchange_ring();
  }

  // No id comes twice to those who stay: they leave before ids run out.
  void play(int until) {
    for (std::size_t i = 0; i < kHonest; ++i) add_honest();
    while (connections < until && !HasFatalFailure()) act();
    if (!HasFatalFailure()) finish();
  }

  void finish() {
    deaf.clear();
    crowd.clear();
    ASSERT_TRUE(until([&] {
      listen_all();
      return server->peers() == kHonest;
    }));
    for (const HonestPeer& one : honest) {
      EXPECT_EQ(one.others().size(), kHonest - 1);
      EXPECT_EQ(file_of(one.memory()), file_of(memory.descriptor));
    }
    honest.clear();
    ASSERT_TRUE(until([&] { return server->peers() == 0; }));
  }
};

TEST_F(BrokerSoak, HonestPeersNeverWaitForOthersAndNothingIsLeftBehind) {
  const char* chosen = std::getenv("PIERGLASS_SEED");
  const std::uint64_t seed = chosen != nullptr ? std::strtoull(chosen, nullptr, 0) : 7;
  SCOPED_TRACE("PIERGLASS_SEED=" + std::to_string(seed));
  random.seed(seed);
  setup.limits = {.peers = kPlaces, .vectors = kVectors};
  setup.log = [](Level, std::string_view) {};
  const std::size_t descriptors = open_descriptors();
  start();
  const std::size_t with_server = open_descriptors();
  play(kConnections / 4);
  const std::size_t early = allocated_bytes();
  for (int part = 2; part <= 4; ++part) play(part * kConnections / 4);
  const std::size_t late = allocated_bytes();
  ASSERT_FALSE(HasFatalFailure());
  EXPECT_EQ(open_descriptors(), with_server);
  server.reset();
  EXPECT_EQ(open_descriptors(), descriptors);
  // What some peers more or less may take.
  EXPECT_LT(late, early + (std::size_t{64} << 10));
  EXPECT_GT(deaf_ends, 20);
  EXPECT_GT(newcomers, 5000);
  EXPECT_GT(refusals, 100);
  std::printf(
      "%d connections, %d honest visits, %d refused, %d deaf peers dropped, "
      "%zu bytes allocated, %zu a quarter of the way\n",
      connections, newcomers, refusals, deaf_ends, late, early);
}

}  // namespace
}  // namespace pierglass::broker
