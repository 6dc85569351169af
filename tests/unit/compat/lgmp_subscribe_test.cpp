// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/compat/lgmp_rig.hpp"

namespace pierglass::compat {
namespace {

using namespace test;

class LgmpSubscribe : public LgmpRig {
 protected:
  [[nodiscard]] std::uint32_t limit() const { return layout().queue.subscriber_limit; }
  [[nodiscard]] std::uint64_t timeout(std::uint32_t place) {
    return host().word64(host().queue_at(kQueue) + at().timeouts + std::uint64_t{8} * place);
  }
};

TEST_P(LgmpSubscribe, TheLowestFreePlaceIsTakenAndTold) {
  LgmpQueue first = subscribe(kMe);
  LgmpQueue second = subscribe(kOther);
  EXPECT_EQ(host().readers_on(kQueue), 0b11u);
  EXPECT_EQ(host().readers_bad(kQueue), 0u);
  EXPECT_EQ(owner(0), kMe);
  EXPECT_EQ(owner(1), kOther);
  EXPECT_EQ(host().take_new_readers(kQueue), 2u);
  EXPECT_EQ(field(at().lock), 0u);
  EXPECT_EQ(first.standing(), Standing::Subscribed);
  EXPECT_EQ(second.standing(), Standing::Subscribed);
}

TEST_P(LgmpSubscribe, AQueueIsFoundByItsIdWhereverItStands) {
  host().create_queue(99, 2);
  auto queue = LgmpQueue::subscribe(memory(), layout(), 99, kMe);
  ASSERT_TRUE(queue);
  EXPECT_EQ(host().readers_on(1), 1u);
  EXPECT_EQ(host().readers_on(kQueue), 0u);
}

TEST_P(LgmpSubscribe, AQueueThatDoesNotExistYetIsNotReady) {
  const auto queue = LgmpQueue::subscribe(memory(), layout(), 99, kMe);
  ASSERT_FALSE(queue);
  EXPECT_EQ(queue.error().code, ErrorCode::NotReady);
}

TEST_P(LgmpSubscribe, QueuesBehindTheTableAreNotLookedFor) {
  host().set_word(at().queue_count, ~0u);
  const auto queue = LgmpQueue::subscribe(memory(), layout(), 0xabcdef, kMe);
  ASSERT_FALSE(queue);
  EXPECT_EQ(queue.error().code, ErrorCode::NotReady);
  EXPECT_TRUE(try_subscribe());
}

TEST_P(LgmpSubscribe, MemoryWithoutRoomForTheHeaderIsCorrupt) {
  const auto queue =
      LgmpQueue::subscribe(memory().first(layout().header.bytes - 64), layout(), kId, kMe);
  ASSERT_FALSE(queue);
  EXPECT_EQ(queue.error().code, ErrorCode::Corrupt);
}

TEST_P(LgmpSubscribe, OnlyLaterMessagesAreDelivered) {
  LgmpQueue other = subscribe(kOther);
  post(1);
  LgmpQueue queue = subscribe(kMe);
  EXPECT_FALSE(queue.has_message());
  post(2);
  EXPECT_EQ(flags(queue), (std::vector<std::uint64_t>{2}));
  EXPECT_EQ(flags(other), (std::vector<std::uint64_t>{1, 2}));
}

TEST_P(LgmpSubscribe, StaleBitsOfAFormerOwnerAreClearedAndOthersKept) {
  ASSERT_TRUE(try_subscribe(kOther));
  for (std::uint32_t slot = 0; slot < slots(); ++slot) set_pending(slot, ~0u);
  LgmpQueue queue = subscribe(kMe);
  EXPECT_FALSE(queue.has_message());
  for (std::uint32_t slot = 0; slot < slots(); ++slot) EXPECT_EQ(pending(slot), ~0b10u);
}

TEST_P(LgmpSubscribe, AllPlacesTakenIsBusy) {
  for (std::uint32_t i = 0; i < limit(); ++i) ASSERT_TRUE(try_subscribe(i + 1));
  const auto queue = try_subscribe(kMe);
  ASSERT_FALSE(queue);
  EXPECT_EQ(queue.error().code, ErrorCode::Busy);
  EXPECT_EQ(field(at().lock), 0u);
  for (std::uint32_t i = 0; i < limit(); ++i) EXPECT_EQ(owner(i), i + 1);
}

TEST_P(LgmpSubscribe, TheLastPlaceWorksAsTheFirst) {
  for (std::uint32_t i = 0; i + 1 < limit(); ++i) ASSERT_TRUE(try_subscribe(i + 1));
  LgmpQueue queue = subscribe(kMe);
  EXPECT_EQ(owner(limit() - 1), kMe);
  post(3);
  ASSERT_EQ(messages(queue).size(), 1u);
  queue.finish(messages(queue)[0].slot);
  EXPECT_FALSE(queue.has_message());
  EXPECT_EQ(queue.standing(), Standing::Subscribed);
  EXPECT_TRUE(queue.unsubscribe());
  EXPECT_EQ(owner(limit() - 1), 0u);
}

TEST_P(LgmpSubscribe, ALateReaderIsTimedOut) {
  LgmpQueue queue = subscribe();
  post();
  pass_ms(kMaxTimeMs);
  EXPECT_EQ(queue.standing(), Standing::Subscribed);
  pass_ms(1);
  EXPECT_EQ(queue.standing(), Standing::TimedOut);
  EXPECT_TRUE(messages(queue).empty());
}

TEST_P(LgmpSubscribe, ATimedOutReaderGetsAnotherPlaceAtOnce) {
  ASSERT_TRUE(try_subscribe());
  post();
  pass_ms(kMaxTimeMs + 1);
  LgmpQueue again = subscribe();
  EXPECT_EQ(again.standing(), Standing::Subscribed);
  EXPECT_EQ(owner(0), kMe);
  EXPECT_EQ(owner(1), kMe);
  post(9);
  EXPECT_EQ(flags(again), (std::vector<std::uint64_t>{9}));
}

TEST_P(LgmpSubscribe, ATimedOutPlaceIsReclaimedAfterItsTimeNotBefore) {
  ASSERT_TRUE(try_subscribe());
  post();
  pass_ms(kMaxTimeMs + 1);
  const std::uint64_t until = timeout(0);
  EXPECT_EQ(until, now_ms_ + kMaxTimeMs);
  pass_ms(until - now_ms_);
  ASSERT_TRUE(try_subscribe(kOther));
  EXPECT_EQ(owner(0), kMe);
  EXPECT_EQ(owner(1), kOther);
  pass_ms(250);  // hosts of version 12 tell the time four times a second
  ASSERT_TRUE(try_subscribe(0x3333));
  EXPECT_EQ(owner(0), 0x3333u);
  EXPECT_EQ(timeout(0), 0u);
  EXPECT_EQ(host().readers_bad(kQueue), 0u);
  EXPECT_EQ(host().readers_on(kQueue), 0b11u);
}

TEST_P(LgmpSubscribe, EveryDeadPlaceIsReclaimedAtOnce) {
  for (std::uint32_t i = 0; i < limit(); ++i) ASSERT_TRUE(try_subscribe(i + 1));
  post();
  pass_ms(kMaxTimeMs + 1);
  EXPECT_EQ(try_subscribe().error().code, ErrorCode::Busy);
  pass_ms(kMaxTimeMs + 251);
  ASSERT_TRUE(try_subscribe());
  EXPECT_EQ(host().readers_on(kQueue), 1u);
  EXPECT_EQ(host().readers_bad(kQueue), 0u);
  for (std::uint32_t i = 1; i < limit(); ++i) EXPECT_EQ(owner(i), 0u);
}

TEST_P(LgmpSubscribe, APlaceGivenToAnotherIsGone) {
  LgmpQueue late = subscribe();
  post();
  pass_ms(kMaxTimeMs + 1);
  pass_ms(kMaxTimeMs + 251);
  LgmpQueue thief = subscribe(kOther);
  ASSERT_EQ(owner(0), kOther);
  EXPECT_EQ(late.standing(), Standing::Gone);
  EXPECT_EQ(thief.standing(), Standing::Subscribed);
  post(5);
  EXPECT_TRUE(messages(late).empty());
  late.finish(0);
  late.finish_all();
  EXPECT_TRUE(late.unsubscribe());
  EXPECT_EQ(flags(thief), (std::vector<std::uint64_t>{5}));
  EXPECT_EQ(owner(0), kOther);
}

TEST_P(LgmpSubscribe, ANewSessionOfTheHostIsGone) {
  LgmpQueue queue = subscribe();
  post();
  start_host();
  EXPECT_EQ(queue.standing(), Standing::Gone);
  EXPECT_TRUE(messages(queue).empty());
}

// The new session's ring or pixels may lie where the ring of the old one was.
TEST_P(LgmpSubscribe, NothingIsWrittenIntoANewSession) {
  LgmpQueue queue = subscribe();
  post();
  start_host();
  std::ranges::fill(memory().subspan(layout().header.bytes), std::byte{0xff});
  const std::vector<std::byte> before(memory().begin(), memory().end());
  queue.finish(0);
  queue.finish_all();
  EXPECT_TRUE(queue.unsubscribe());
  EXPECT_EQ(queue.send({}).error().code, ErrorCode::Stale);
  EXPECT_TRUE(std::ranges::equal(before, memory()));
}

TEST_P(LgmpSubscribe, ANewSessionThatGaveOurPlaceAndIdToAnotherIsGone) {
  LgmpQueue old = subscribe();
  start_host();
  LgmpQueue young = subscribe();
  post(1);
  EXPECT_EQ(old.standing(), Standing::Gone);
  EXPECT_TRUE(messages(old).empty());
  old.finish_all();
  EXPECT_TRUE(old.unsubscribe());
  EXPECT_EQ(young.standing(), Standing::Subscribed);
  EXPECT_EQ(flags(young), std::vector<std::uint64_t>{1});
}

TEST_P(LgmpSubscribe, LosingTheOnBitIsGone) {
  LgmpQueue queue = subscribe();
  host().set_readers(kQueue, 0, 0);
  EXPECT_EQ(queue.standing(), Standing::Gone);
  host().set_readers(kQueue, 0, 1);
  EXPECT_EQ(queue.standing(), Standing::Gone);
}

TEST_P(LgmpSubscribe, OthersBeingBadIsNotOurTrouble) {
  LgmpQueue queue = subscribe();
  host().set_readers(kQueue, 0b101, 0b100);
  EXPECT_EQ(queue.standing(), Standing::Subscribed);
}

TEST_P(LgmpSubscribe, UnsubscribingLeavesNothingBehind) {
  LgmpQueue other = subscribe(kOther);
  LgmpQueue queue = subscribe(kMe);
  post();
  EXPECT_TRUE(queue.unsubscribe());
  EXPECT_EQ(host().readers_on(kQueue), 0b01u);
  EXPECT_EQ(owner(1), 0u);
  EXPECT_EQ(pending(0), 0b01u);
  EXPECT_EQ(queue.standing(), Standing::Gone);
  EXPECT_EQ(other.standing(), Standing::Subscribed);
  EXPECT_EQ(field(at().lock), 0u);
}

TEST_P(LgmpSubscribe, UnsubscribingFreesTheRingAtOnce) {
  LgmpQueue queue = subscribe();
  while (post() == LgmpHost::Posted::Posted) {
  }
  EXPECT_TRUE(queue.unsubscribe());
  EXPECT_EQ(host().pending(kQueue), 0u);
}

TEST_P(LgmpSubscribe, ATimedOutPlaceIsLeftToItsTime) {
  LgmpQueue queue = subscribe();
  post();
  pass_ms(kMaxTimeMs + 1);
  EXPECT_TRUE(queue.unsubscribe());
  EXPECT_EQ(host().readers_on(kQueue), 1u);
  EXPECT_EQ(host().readers_bad(kQueue), 1u);
  EXPECT_EQ(owner(0), kMe);
}

TEST_P(LgmpSubscribe, SubscribingAgainAndAgainNeverFillsTheTable) {
  for (int i = 0; i < 1000; ++i) {
    LgmpQueue queue = subscribe();
    post();
    ASSERT_EQ(messages(queue).size(), 1u);
    ASSERT_TRUE(queue.unsubscribe());
  }
  EXPECT_EQ(host().readers_on(kQueue), 0u);
}

PIERGLASS_FOR_EACH_DIALECT(LgmpSubscribe);

}  // namespace
}  // namespace pierglass::compat
