// SPDX-License-Identifier: GPL-2.0-or-later
#include "broker/server.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <set>

#include "tests/unit/broker/served.hpp"

// How a system without memory is made: after some more messages, so many cannot be sent.
static struct {
  int before = 0;
  int failures = 0;
} failing_sends;

// Instead of the C library's.
extern "C" ssize_t sendmsg(int socket, const msghdr* message, int flags) {
  if (failing_sends.failures > 0 && failing_sends.before-- <= 0) {
    --failing_sends.failures;
    errno = ETOOMANYREFS;
    return -1;
  }
  return syscall(SYS_sendmsg, socket, message, flags);
}

namespace pierglass::broker {
namespace {

struct BrokerServer : testing::Test, Served {};

TEST_F(BrokerServer, GreetsInQemusOrder) {
  start();
  RawPeer first = join(5);
  EXPECT_EQ(first.words(), "0 0 -1+ 0+ 0+ ");
  EXPECT_EQ(file_of(first.heard()[2].descriptor), file_of(memory.descriptor));

  RawPeer second = join(7);
  EXPECT_EQ(second.words(), "0 1 -1+ 0+ 0+ 1+ 1+ ");
  RawPeer third = join(9);
  EXPECT_EQ(third.words(), "0 2 -1+ 0+ 0+ 1+ 1+ 2+ 2+ ");
  EXPECT_EQ(server->peers(), 3U);
}

TEST_F(BrokerServer, AnnouncesWhoComesAndWhoGoes) {
  start();
  RawPeer first = join(5);
  RawPeer second = join(7);
  ASSERT_TRUE(until([&] { return first.has_heard(7); }));
  EXPECT_EQ(first.words(), "0 0 -1+ 0+ 0+ 1+ 1+ ");
  second.leave();
  ASSERT_TRUE(until([&] { return first.has_heard(8); }));
  EXPECT_EQ(first.words(), "0 0 -1+ 0+ 0+ 1+ 1+ 1 ");
  EXPECT_EQ(server->peers(), 1U);
}

TEST_F(BrokerServer, EachVectorRingsThePeerThatItIsAnnouncedFor) {
  setup.limits.vectors = 3;
  start();
  RawPeer first = join(6);
  RawPeer second = join(9);
  ASSERT_TRUE(until([&] { return first.has_heard(9); }));
  for (std::size_t vector = 0; vector < 3; ++vector) {
    EXPECT_TRUE(ring(first.heard()[6 + vector].descriptor));   // what it was told of the second
    EXPECT_TRUE(ring(second.heard()[3 + vector].descriptor));  // and that of the first
    for (std::size_t own = 0; own < 3; ++own) {
      EXPECT_EQ(rings_of(second.heard()[6 + own].descriptor), own == vector ? 1U : 0U);
      EXPECT_EQ(rings_of(first.heard()[3 + own].descriptor), own == vector ? 1U : 0U);
    }
  }
}

TEST_F(BrokerServer, AnIdThatLeftIsNotSoonGivenAgain) {
  start();
  RawPeer stays = join(5);
  std::set<std::int64_t> seen;
  for (int i = 0; i < 100; ++i) {
    RawPeer peer = join(7);
    EXPECT_TRUE(seen.insert(peer.heard()[1].value).second);
    peer.leave();
    ASSERT_TRUE(until([&] { return server->peers() == 1; }));
  }
}

TEST_F(BrokerServer, NobodyHearsOfAnIdTwiceHoweverManyCome) {
  // As after 65535 peers, of whom the very first is still here.
  setup.ids = {.next = 65535, .oldest = 0};
  int pair[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
  Fd first(pair[1]);
  std::vector<KeptPeer> kept(1);
  kept[0].connection.reset(pair[0]);
  kept[0].vectors.emplace_back(dup(memory.descriptor.get()));
  start(std::move(kept));
  RawPeer last = join(6);
  EXPECT_EQ(last.words(), "0 65535 -1+ 0+ 65535+ 65535+ ");

  RawPeer refused(path);
  ASSERT_TRUE(until([&] { return refused.ended(); }));
  EXPECT_EQ(refused.words(), "end ");
  EXPECT_TRUE(logged("every id"));
  // The last one has heard of the first, so it must leave too.
  first.reset();
  ASSERT_TRUE(until([&] { return server->peers() == 1; }));
  RawPeer still_refused(path);
  ASSERT_TRUE(until([&] { return still_refused.ended(); }));
  last.leave();
  ASSERT_TRUE(until([&] { return server->peers() == 0; }));
  RawPeer again = join(5);
  EXPECT_EQ(again.words(), "0 0 -1+ 0+ 0+ ");
}

TEST(PeerIds, AreTheEndsOfNumbersAsLongAsNobodyCanMixThemUp) {
  EXPECT_EQ(next_id({.next = 0, .oldest = 0}), 0);
  EXPECT_EQ(next_id({.next = 65535, .oldest = 0}), 65535);
  EXPECT_EQ(next_id({.next = 65536, .oldest = 0}), std::nullopt);
  EXPECT_EQ(next_id({.next = 65536, .oldest = 1}), 0);
  EXPECT_FALSE(may_have({.next = 0, .oldest = 0}, 0));
  EXPECT_TRUE(may_have({.next = 1, .oldest = 0}, 0));
  EXPECT_FALSE(may_have({.next = 1, .oldest = 0}, 1));
  EXPECT_FALSE(may_have({.next = 65536 + 4, .oldest = 65536}, 4));
  EXPECT_TRUE(may_have({.next = 65536 + 4, .oldest = 65536}, 3));
  EXPECT_FALSE(may_have({.next = 65536 + 4, .oldest = 65536}, 65535));
  EXPECT_TRUE(may_have({.next = 65536, .oldest = 0}, 65535));
  EXPECT_EQ(number_of(0, 1), 0U);
  EXPECT_EQ(number_of(65535, 65536), 65535U);
  EXPECT_EQ(number_of(3, 65536 + 4), 65536U + 3);
  EXPECT_EQ(number_of(4, 65536 + 4), 4U);
}

TEST_F(BrokerServer, APeerThatSpeaksIsDroppedAndTheOthersAreTold) {
  start();
  RawPeer honest = join(5);
  RawPeer speaker = join(7);
  ASSERT_TRUE(speaker.speak());
  ASSERT_TRUE(until([&] { return honest.has_heard(8); }));
  EXPECT_EQ(honest.words(), "0 0 -1+ 0+ 0+ 1+ 1+ 1 ");
  EXPECT_TRUE(speaker.ended());
  EXPECT_TRUE(logged("spoke"));
}

TEST_F(BrokerServer, APeerThatShutsItsHalfHasLeft) {
  start();
  RawPeer honest = join(5);
  RawPeer peer = join(7);
  peer.shut(SHUT_WR);
  ASSERT_TRUE(until([&] { return honest.has_heard(8) && peer.ended(); }));
  EXPECT_EQ(server->peers(), 1U);
}

TEST_F(BrokerServer, APeerThatShutsItsEarsIsDroppedAtTheNextNews) {
  start();
  RawPeer honest = join(5);
  RawPeer peer = join(7);
  peer.shut(SHUT_RD);
  RawPeer third(path);
  ASSERT_TRUE(until([&] { return server->callers() == 3 && server->peers() == 2; }));
  ASSERT_TRUE(until([&] { return third.has_heard(8); }));
  EXPECT_EQ(third.words(), "0 2 -1+ 0+ 0+ 1+ 1+ 2+ 2+ 1 ");
  EXPECT_EQ(honest.words(), "0 0 -1+ 0+ 0+ 1+ 1+ 2+ 2+ 1 ");
}

TEST_F(BrokerServer, WhoCannotBeAnnouncedIsRefusedAndTheOthersStay) {
  FakeStore store;
  setup.store = &store;
  start();
  RawPeer first = join(5);
  RawPeer second = join(7);
  ASSERT_TRUE(until([&] { return first.has_heard(7); }));
  // The newcomer's greeting, all for the first and a half of what is for the second.
  failing_sends = {.before = 9 + 2 + 1, .failures = 1};
  RawPeer refused(path);
  ASSERT_TRUE(until([&] { return refused.ended(); }));
  EXPECT_EQ(failing_sends.failures, 0);
  EXPECT_EQ(server->peers(), 2U);
  EXPECT_EQ(store.size(), 2U);
  EXPECT_EQ(first.words(), "0 0 -1+ 0+ 0+ 1+ 1+ 2+ 2+ 2 ");
  EXPECT_EQ(second.words(), "0 1 -1+ 0+ 0+ 1+ 1+ 2+ 2 ");
  EXPECT_TRUE(logged("could not be announced"));
  RawPeer third = join(9);
  EXPECT_EQ(third.words(), "0 3 -1+ 0+ 0+ 1+ 1+ 3+ 3+ ");
}

TEST_F(BrokerServer, WhoCannotBeToldOfALeaveStays) {
  start();
  RawPeer first = join(5);
  RawPeer second = join(7);
  ASSERT_TRUE(until([&] { return first.has_heard(7); }));
  failing_sends = {.before = 0, .failures = 1};
  second.leave();
  ASSERT_TRUE(until([&] { return server->peers() == 1; }));
  EXPECT_EQ(failing_sends.failures, 0);
  EXPECT_EQ(first.words(), "0 0 -1+ 0+ 0+ 1+ 1+ ");
  RawPeer third = join(7);
  EXPECT_EQ(third.words(), "0 2 -1+ 0+ 0+ 2+ 2+ ");
}

TEST_F(BrokerServer, ADeafPeerIsDroppedInTheEndAndTheOthersNeverWait) {
  start();
  RawPeer honest = join(5);
  RawPeer deaf(path);
  ASSERT_TRUE(until([&] { return server->peers() == 2; }));
  const std::size_t room = buffered_messages().value();
  std::size_t news = 0;
  while (server->peers() == 2 && news <= room) {
    RawPeer guest(path);
    ASSERT_TRUE(guest.connected());
    const std::uint64_t callers = server->callers();
    // One round lets it in; another sees it leave.
    ASSERT_TRUE(loop->step(std::chrono::seconds(20)));
    ASSERT_EQ(server->callers(), callers + 1);
    honest.listen();
    guest.leave();
    ASSERT_TRUE(loop->step(std::chrono::seconds(20)));
    honest.listen();
    news += 3;
  }
  EXPECT_EQ(server->peers(), 1U) << "after " << news << " messages, room for " << room;
  EXPECT_TRUE(logged("does not read"));
  EXPECT_FALSE(honest.ended());
  const auto gone = std::ranges::find_if(honest.heard(), [](const ivshmem::Message& one) {
    return one.value == 1 && !one.descriptor;
  });
  // Only the last guest's own leave may have come after.
  EXPECT_NE(gone, honest.heard().end());
  EXPECT_LE(std::distance(gone, honest.heard().end()), 2);
}

TEST_F(BrokerServer, ThereIsRoomForSoManyAndNotForOneMore) {
  setup.limits.peers = 3;
  start();
  std::vector<RawPeer> half_open;  // they say nothing and hear nothing
  for (int i = 0; i < 3; ++i) half_open.emplace_back(path);
  ASSERT_TRUE(until([&] { return server->peers() == 3; }));
  RawPeer late(path);
  ASSERT_TRUE(until([&] { return late.ended(); }));
  EXPECT_EQ(late.words(), "end ");
  half_open.pop_back();
  ASSERT_TRUE(until([&] { return server->peers() == 2; }));
  RawPeer again = join(9);
  EXPECT_EQ(server->peers(), 3U);
}

TEST_F(BrokerServer, WithoutAFreeFileACallerWaitsAndTheLogSaysWhatHelps) {
  start();
  RawPeer caller(path);
  rlimit usual{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &usual), 0);
  rlimit none = usual;
  none.rlim_cur = static_cast<rlim_t>(Fd(dup(memory.descriptor.get())).get());
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  const bool said = until([&] { return logged("nobody can be let in for now"); });
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &usual), 0);
  EXPECT_TRUE(said);
  EXPECT_TRUE(logged("LimitNOFILE="));
  ASSERT_TRUE(until([&] { return caller.has_heard(5); }));
}

TEST_F(BrokerServer, EverybodyLeavesAtOnceAndNothingIsLeft) {
  start();
  std::vector<RawPeer> all;
  for (int i = 0; i < 40; ++i) all.emplace_back(path);
  ASSERT_TRUE(until([&] { return server->peers() == 40; }));
  all.clear();
  ASSERT_TRUE(until([&] { return server->peers() == 0; }));
}

TEST_F(BrokerServer, TheMemoryStaysWhenAllHaveLeft) {
  start();
  std::pair<dev_t, ino_t> file;
  {
    RawPeer first = join(5);
    file = file_of(first.heard()[2].descriptor);
    ASSERT_EQ(pwrite(first.heard()[2].descriptor.get(), "still here", 10, 4096), 10);
  }
  ASSERT_TRUE(until([&] { return server->peers() == 0; }));
  RawPeer second = join(5);
  const Fd& again = second.heard()[2].descriptor;
  EXPECT_EQ(file_of(again), file);
  char text[11] = {};
  EXPECT_EQ(pread(again.get(), text, 10, 4096), 10);
  EXPECT_STREQ(text, "still here");
}

TEST_F(BrokerServer, LinesAboutPeersAreBounded) {
  setup.limits.peers = 1;
  start();
  RawPeer stays = join(5);
  for (std::uint64_t i = 2; i < 200; ++i) {
    const RawPeer refused(path);
    ASSERT_TRUE(until([&] { return server->callers() == i; }));
  }
  EXPECT_LT(lines.size(), 150U);
  EXPECT_TRUE(logged("refused uid"));
}

}  // namespace
}  // namespace pierglass::broker
