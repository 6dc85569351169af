// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/compat/lgmp_rig.hpp"

namespace pierglass::compat {
namespace {

using namespace test;
using Flags = std::vector<std::uint64_t>;

class LgmpMessages : public LgmpRig {
 protected:
  // The message in `slot` as the next look finds it.
  void set_message(std::uint32_t slot, std::uint32_t offset, std::uint32_t size) {
    host().set_word(host().message_at(kQueue, slot) + at().offset, offset);
    host().set_word(host().message_at(kQueue, slot) + at().size, size);
  }
};

TEST_P(LgmpMessages, AreToldAsTheyWerePosted) {
  LgmpQueue queue = subscribe();
  EXPECT_FALSE(queue.has_message());
  EXPECT_TRUE(messages(queue).empty());
  const std::uint64_t all_bits = is_v6() ? 0xfedcba98 : 0xfedcba9876543210;
  EXPECT_EQ(post(all_bits), LgmpHost::Posted::Posted);
  EXPECT_TRUE(queue.has_message());
  const auto list = messages(queue);
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0].flags, all_bits);
  EXPECT_EQ(list[0].offset, payload_.offset);
  EXPECT_EQ(list[0].size, payload_.bytes);
}

TEST_P(LgmpMessages, StayUntilTheyAreFinished) {
  LgmpQueue queue = subscribe();
  post(1);
  EXPECT_EQ(flags(queue), Flags{1});
  EXPECT_EQ(flags(queue), Flags{1});
  queue.finish(messages(queue)[0].slot);
  EXPECT_FALSE(queue.has_message());
  EXPECT_TRUE(messages(queue).empty());
}

TEST_P(LgmpMessages, ComeOldestFirstAllTheWayRound) {
  LgmpQueue queue = subscribe();
  std::uint64_t posted = 0;
  std::uint64_t finished = 0;
  for (int round = 0; round < 50; ++round) {
    while (post(posted) == LgmpHost::Posted::Posted) ++posted;
    EXPECT_EQ(posted - finished, depth_);
    const auto list = messages(queue);
    ASSERT_EQ(list.size(), depth_);
    for (std::size_t i = 0; i < list.size(); ++i) ASSERT_EQ(list[i].flags, finished + i);
    for (int i = 0; i < 1 + round % 3; ++i, ++finished) queue.finish(list[std::size_t(i)].slot);
  }
}

TEST_P(LgmpMessages, AreAsManyAsFit) {
  LgmpQueue queue = subscribe();
  for (std::uint64_t i = 0; i < 3; ++i) post(i);
  std::array<LgmpMessage, 2> two;
  ASSERT_EQ(queue.messages(two), 2u);
  EXPECT_EQ(two[0].flags, 0u);
  EXPECT_EQ(two[1].flags, 1u);
  EXPECT_EQ(queue.messages({}), 0u);
}

TEST_P(LgmpMessages, OfOthersAreNotOurs) {
  LgmpQueue other = subscribe(kOther);
  LgmpQueue queue = subscribe();
  post(1);
  set_pending(0, 0b01);
  EXPECT_FALSE(queue.has_message());
  EXPECT_TRUE(messages(queue).empty());
  EXPECT_EQ(flags(other), Flags{1});
}

TEST_P(LgmpMessages, FinishedByAllFreeTheRingAtOnce) {
  LgmpQueue queue = subscribe();
  post();
  queue.finish(messages(queue)[0].slot);
  EXPECT_EQ(host().pending(kQueue), 0u);
  EXPECT_EQ(field(at().start), 1u);
  EXPECT_EQ(field(at().lock), 0u);
}

TEST_P(LgmpMessages, AreKeptUntilTheLastReaderHasFinished) {
  LgmpQueue other = subscribe(kOther);
  LgmpQueue queue = subscribe();
  post();
  queue.finish(0);
  EXPECT_EQ(host().pending(kQueue), 1u);
  EXPECT_EQ(field(at().start), 0u);
  other.finish(0);
  EXPECT_EQ(host().pending(kQueue), 0u);
}

TEST_P(LgmpMessages, FinishedOutOfOrderAreFreedTogether) {
  LgmpQueue queue = subscribe();
  for (std::uint64_t i = 0; i < 3; ++i) post(i);
  const auto list = messages(queue);
  ASSERT_EQ(list.size(), 3u);
  queue.finish(list[1].slot);
  EXPECT_EQ(host().pending(kQueue), 3u);
  EXPECT_EQ(flags(queue), (Flags{0, 2}));
  queue.finish(list[0].slot);
  EXPECT_EQ(host().pending(kQueue), 1u);
  EXPECT_EQ(field(at().start), list[2].slot);
}

TEST_P(LgmpMessages, OfReadersGivenUpAreNotWaitedFor) {
  ASSERT_TRUE(try_subscribe(kOther));
  LgmpQueue queue = subscribe();
  post();
  host().set_readers(kQueue, 0b11, 0b01);
  queue.finish(0);
  EXPECT_EQ(host().pending(kQueue), 0u);
}

TEST_P(LgmpMessages, OfReadersThatLeftAreNotWaitedFor) {
  LgmpQueue queue = subscribe();
  post();
  set_pending(0, ~0u);
  queue.finish(0);
  EXPECT_EQ(host().pending(kQueue), 0u);
}

TEST_P(LgmpMessages, FinishingAllFreesTheWholeRing) {
  LgmpQueue queue = subscribe();
  while (post() == LgmpHost::Posted::Posted) {
  }
  queue.finish_all();
  EXPECT_FALSE(queue.has_message());
  EXPECT_EQ(host().pending(kQueue), 0u);
  EXPECT_EQ(post(), LgmpHost::Posted::Posted);
}

TEST_P(LgmpMessages, FinishingSomeLeavesTheOthers) {
  LgmpQueue queue = subscribe();
  for (std::uint64_t i = 0; i < 4; ++i) post(i);
  const auto list = messages(queue);
  ASSERT_EQ(list.size(), 4u);
  queue.finish(std::array{list[3], list[0], list[1]});
  EXPECT_EQ(flags(queue), Flags{2});
  EXPECT_EQ(host().pending(kQueue), 2u);
  EXPECT_EQ(field(at().start), list[2].slot);
  queue.finish(list);
  EXPECT_EQ(host().pending(kQueue), 0u);
}

TEST_P(LgmpMessages, FinishingTwiceIsHarmless) {
  LgmpQueue queue = subscribe();
  post(1);
  queue.finish(0);
  queue.finish(0);
  EXPECT_EQ(host().pending(kQueue), 0u);
  post(2);
  EXPECT_EQ(flags(queue), Flags{2});
}

TEST_P(LgmpMessages, FinishingGivesTheNextOneItsWholeTime) {
  LgmpQueue queue = subscribe();
  post();
  post();
  pass_ms(600);
  queue.finish(0);
  EXPECT_EQ(deadline(), now_ms_ + kMaxTimeMs);
  pass_ms(600);
  EXPECT_EQ(queue.standing(), Standing::Subscribed);
}

TEST_P(LgmpMessages, TheDeadlineIsNeverBroughtForward) {
  LgmpQueue queue = subscribe();
  post();
  post();
  const std::uint64_t far = 1'000'000;
  host().set_word64(host().queue_at(kQueue) + at().message_timeout, far);
  queue.finish(0);
  EXPECT_EQ(host().pending(kQueue), 1u);
  EXPECT_EQ(deadline(), far);
}

TEST_P(LgmpMessages, TheHostFreesWhatWasFinishedWhileTheLockWasHeld) {
  LgmpQueue queue = subscribe();
  post();
  host().hold_lock(kQueue);
  queue.finish(0);
  EXPECT_EQ(field(at().lock), 1u);
  EXPECT_FALSE(queue.has_message());
  EXPECT_EQ(host().pending(kQueue), 1u);
  host().release_lock(kQueue);
  host().process();
  EXPECT_EQ(host().pending(kQueue), 0u);
}

TEST_P(LgmpMessages, ALateReaderStillGivesBackWhatItHolds) {
  LgmpQueue queue = subscribe();
  post();
  post();
  pass_ms(kMaxTimeMs + 1);
  EXPECT_EQ(queue.standing(), Standing::TimedOut);
  queue.finish_all();
  for (std::uint32_t slot = 0; slot < slots(); ++slot) EXPECT_EQ(pending(slot) & 1, 0u);
}

TEST_P(LgmpMessages, OutsideTheMemoryAreGivenBack) {
  LgmpQueue queue = subscribe();
  const auto end = static_cast<std::uint32_t>(kMemoryBytes);
  struct Payload {
    std::uint32_t offset, size;
  };
  for (const auto [offset, size] :
       {Payload{0, 4}, Payload{layout().header.bytes - 4, 8}, Payload{end - 4, 8}, Payload{end, 4},
        Payload{end + 4, 0}, Payload{~3u, 4}, Payload{layout().header.bytes, ~0u},
        Payload{layout().header.bytes + 2, 4}}) {
    post(1);
    post(2);
    const std::uint32_t first = field(at().start);
    set_message(first, offset, size);
    EXPECT_EQ(flags(queue), Flags{2}) << offset << ' ' << size;
    EXPECT_EQ(pending(first), 0u);
    EXPECT_EQ(host().pending(kQueue), 1u);
    queue.finish_all();
  }
}

TEST_P(LgmpMessages, AtTheMemorysVeryEndsAreTaken) {
  LgmpQueue queue = subscribe();
  const auto end = static_cast<std::uint32_t>(kMemoryBytes);
  post(1);
  set_message(0, layout().header.bytes, end - layout().header.bytes);
  post(2);
  set_message(1, end, 0);
  EXPECT_EQ(flags(queue), (Flags{1, 2}));
}

TEST_P(LgmpMessages, ARingFullOfImpossibleOnesIsEmptiedAtOnce) {
  LgmpQueue queue = subscribe();
  for (std::uint32_t slot = 0; post() == LgmpHost::Posted::Posted; ++slot) set_message(slot, 0, 1);
  EXPECT_TRUE(messages(queue).empty());
  EXPECT_FALSE(queue.has_message());
  EXPECT_EQ(host().pending(kQueue), 0u);
}

TEST_P(LgmpMessages, AnImpossibleStartCostsTheirOrderOnly) {
  LgmpQueue queue = subscribe();
  post(1);
  post(2);
  for (const std::uint32_t start : {slots(), slots() + 1, 0x8000'0000u, ~0u}) {
    set_field(at().start, start);
    auto list = flags(queue);
    std::ranges::sort(list);
    EXPECT_EQ(list, (Flags{1, 2}));
    queue.finish(slots() - 1);
    EXPECT_EQ(field(at().start), start);
    EXPECT_EQ(host().pending(kQueue), 2u);
  }
  queue.finish_all();
  EXPECT_FALSE(queue.has_message());
}

TEST_P(LgmpMessages, AnImpossibleCountIsLeftAlone) {
  LgmpQueue queue = subscribe();
  for (const std::uint32_t count : {depth_ + 1, 0x8000'0000u, ~0u}) {
    post(1);
    const std::uint32_t slot = messages(queue).at(0).slot;
    set_field(at().count, count);
    EXPECT_EQ(flags(queue), Flags{1});
    queue.finish(slot);
    EXPECT_EQ(field(at().count), count);
    EXPECT_EQ(field(at().start), slot);
    set_field(at().count, 1);
    host().process();
  }
}

TEST_P(LgmpMessages, ACountOfNothingIsNeverBelowNothing) {
  LgmpQueue queue = subscribe();
  post();
  set_field(at().count, 0);
  EXPECT_FALSE(queue.has_message());
  queue.finish(0);
  EXPECT_EQ(field(at().count), 0u);
  EXPECT_EQ(field(at().start), 0u);
}

TEST_P(LgmpMessages, ThePositionIsNotBelieved) {
  LgmpQueue queue = subscribe();
  post(1);
  for (const std::uint32_t position : {0u, 1u, slots(), ~0u}) {
    set_field(at().position, position);
    EXPECT_EQ(flags(queue), Flags{1});
  }
}

// Later, the host's geometry may say what it wants.
TEST_P(LgmpMessages, TheRingIsWhereItWasWhenSubscribing) {
  LgmpQueue queue = subscribe();
  post(1);
  for (const std::uint32_t nonsense : {0u, 1u, ~0u}) {
    set_field(at().slots, nonsense);
    set_field(at().ring, nonsense);
    EXPECT_EQ(flags(queue), Flags{1});
  }
  queue.finish_all();
  EXPECT_EQ(host().pending(kQueue), 0u);
}

PIERGLASS_FOR_EACH_DIALECT(LgmpMessages);

// Hosts of version 12 take back what everybody has finished from the ring's end too.
class LgmpTrimming : public LgmpRig {};

TEST_P(LgmpTrimming, MessagesAreFoundWhereThePositionHasGoneBack) {
  LgmpQueue queue = subscribe();
  for (std::uint64_t i = 0; i < 3; ++i) post(i);
  queue.finish(1);
  queue.finish(2);
  host().process();
  EXPECT_EQ(field(at().position), 1u);
  post(7);
  EXPECT_EQ(flags(queue), (Flags{0, 7}));
}

TEST_P(LgmpTrimming, MessagesForNobodyAreRetiredWithOurs) {
  post();
  LgmpQueue queue = subscribe();
  EXPECT_FALSE(queue.has_message());
  post(7);
  EXPECT_EQ(host().pending(kQueue), 2u);
  EXPECT_EQ(flags(queue), Flags{7});
  queue.finish(1);
  EXPECT_EQ(host().pending(kQueue), 0u);
}

INSTANTIATE_TEST_SUITE_P(Dialects, LgmpTrimming, testing::Values(&kKvmfr34), dialect_name);

}  // namespace
}  // namespace pierglass::compat
