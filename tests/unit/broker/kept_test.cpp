// SPDX-License-Identifier: GPL-2.0-or-later
// A server that ends without a word, and the one after it.
#include "broker/kept.hpp"

#include <gtest/gtest.h>
#include <sys/eventfd.h>

#include "broker/kept_name.hpp"
#include "tests/unit/broker/served.hpp"

namespace pierglass::broker {
namespace {

struct KeptPeers : testing::Test, Served {
  FakeStore store;

  KeptPeers() { setup.store = &store; }
  // As after SIGKILL: nobody is told anything, and the store has copies of all.
  void crash() {
    server.reset();
    setup.ids = store.ids();
  }
};

TEST_F(KeptPeers, NoticeNothingOfTheServersDeath) {
  start();
  RawPeer first = join(5);
  RawPeer second = join(7);
  ASSERT_TRUE(until([&] { return first.has_heard(7); }));
  crash();
  EXPECT_FALSE(first.ended());
  start(store.copy());
  EXPECT_EQ(server->peers(), 2U);

  RawPeer third = join(9);
  EXPECT_EQ(third.words(), "0 2 -1+ 0+ 0+ 1+ 1+ 2+ 2+ ");
  EXPECT_EQ(file_of(third.heard()[2].descriptor), file_of(first.heard()[2].descriptor));
  ASSERT_TRUE(until([&] { return first.has_heard(9) && second.has_heard(9); }));
  EXPECT_EQ(first.words(), "0 0 -1+ 0+ 0+ 1+ 1+ 2+ 2+ ");

  // The newcomer rings the old ones, at the vectors that they were given by the dead server.
  EXPECT_TRUE(ring(third.heard()[4].descriptor));
  EXPECT_EQ(rings_of(first.heard()[4].descriptor), 1U);
  EXPECT_TRUE(ring(first.heard()[7].descriptor));
  EXPECT_EQ(rings_of(third.heard()[7].descriptor), 1U);

  second.leave();
  ASSERT_TRUE(until([&] { return first.has_heard(10); }));
  EXPECT_EQ(first.heard().back().value, 1);
  EXPECT_EQ(store.size(), 2U);
}

TEST_F(KeptPeers, ThatLeftMeanwhileAreAnnouncedAsGone) {
  start();
  RawPeer stays = join(5);
  RawPeer leaves = join(7);
  ASSERT_TRUE(until([&] { return stays.has_heard(7); }));
  crash();
  leaves.leave();
  start(store.copy());
  ASSERT_TRUE(until([&] { return stays.has_heard(8); }));
  EXPECT_EQ(stays.words(), "0 0 -1+ 0+ 0+ 1+ 1+ 1 ");
  EXPECT_EQ(store.size(), 1U);
}

TEST_F(KeptPeers, ThatAreNotWholeAreAnnouncedAsGone) {
  start();
  RawPeer stays = join(5);
  RawPeer unfinished = join(7);
  ASSERT_TRUE(until([&] { return stays.has_heard(7); }));
  crash();
  std::vector<KeptPeer> kept = store.copy();
  kept[1].connection.reset();  // killed before it was kept, or after it was forgotten
  start(std::move(kept));
  EXPECT_EQ(server->peers(), 1U);
  EXPECT_EQ(stays.words(), "0 0 -1+ 0+ 0+ 1+ 1+ 1 ");
  EXPECT_EQ(store.size(), 1U);
}

TEST_F(KeptPeers, ThatIsDroppedIsCutOffAlthoughTheStoreHasACopy) {
  start();
  RawPeer speaker = join(5);
  const std::vector<KeptPeer> copies = store.copy();
  ASSERT_TRUE(speaker.speak());
  ASSERT_TRUE(until([&] { return speaker.ended(); }));
  EXPECT_EQ(store.size(), 0U);
}

TEST_F(KeptPeers, NeverHearOfAnIdAgainThatLeftBefore) {
  start();
  RawPeer stays = join(5);
  join(7).leave();
  ASSERT_TRUE(until([&] { return stays.has_heard(8) && store.size() == 1; }));
  crash();
  start(store.copy());
  RawPeer newcomer = join(7);
  EXPECT_EQ(newcomer.words(), "0 2 -1+ 0+ 0+ 2+ 2+ ");
}

NamedFd named(const std::string& name) {
  return {.name = name, .fd = Fd(eventfd(0, EFD_CLOEXEC))};
}

TEST(TakeHanded, SortsByMachineAndLeavesTheRest) {
  std::vector<NamedFd> all;
  for (const char* name :
       {"a", "b", "a/memory", "b/memory", "a/peer/7/0", "a/peer/7/connection", "a/peer/7/1",
        "a/peer/300/1", "a/peer/300/connection", "b/peer/7/0", "stored", "a/memory", ""}) {
    all.push_back(named(name));
  }
  const int first_memory = all[2].fd.get();
  Handed handed = take_handed("a", all);
  EXPECT_TRUE(handed.listener);
  EXPECT_EQ(handed.memory.get(), first_memory);
  ASSERT_EQ(handed.peers.size(), 2U);
  EXPECT_EQ(handed.peers[0].id, 7);
  EXPECT_TRUE(handed.peers[0].whole());
  EXPECT_EQ(handed.peers[0].vectors.size(), 2U);
  EXPECT_EQ(handed.peers[1].id, 300);
  EXPECT_FALSE(handed.peers[1].whole()) << "its first vector is missing";
  ASSERT_EQ(all.size(), 5U);
  EXPECT_EQ(all[0].name, "b");

  EXPECT_EQ(take_handed("b", all).peers.size(), 1U);
  EXPECT_EQ(all.size(), 2U);
  EXPECT_FALSE(take_handed("c", all).listener);
}

TEST(KeptNames, AreWhatIsWrittenAndNothingElse) {
  using Kind = KeptName::Kind;
  const KeptName vector{.vm = "win-11.x", .kind = Kind::Vector, .peer = 65535, .vector = 63};
  EXPECT_EQ(to_text(vector), "win-11.x/peer/65535/63");
  EXPECT_EQ(parse_kept_name(to_text(vector)), vector);
  const KeptName connection{.vm = "a", .kind = Kind::Connection, .peer = 0};
  EXPECT_EQ(parse_kept_name(to_text(connection)), connection);
  EXPECT_EQ(parse_kept_name("a/memory"), (KeptName{.vm = "a"}));
  EXPECT_EQ(parse_kept_name("a/ids"), (KeptName{.vm = "a", .kind = Kind::Ids}));
  for (const char* text : {"",
                           "a",
                           "/memory",
                           ".a/memory",
                           "a/memory/",
                           "a/Memory",
                           "a/peer",
                           "a/peer/",
                           "a/peer/1",
                           "a/peer/1/",
                           "a/peer//0",
                           "a/peer/65536/0",
                           "a/peer/01/0",
                           "a/peer/-1/0",
                           "a/peer/+1/0",
                           "a/peer/1/64",
                           "a/peer/1/00",
                           "a/peer/1/0/",
                           "a/peer/1/connections",
                           "a/peer/1x/0"}) {
    EXPECT_FALSE(parse_kept_name(text)) << text;
  }
}

}  // namespace
}  // namespace pierglass::broker
