// SPDX-License-Identifier: GPL-2.0-or-later
// Locks whose holder has died: nothing waits longer than it says.
#include <chrono>

#include "compat/lgmp_lock.hpp"
#include "tests/unit/compat/lgmp_rig.hpp"

namespace pierglass::compat {
namespace {

using namespace test;
using std::chrono::milliseconds;

// What a slow and busy machine may add.
constexpr milliseconds kSlack{400};

class LgmpLocks : public LgmpRig {
 protected:
  template <typename Call>
  static Nanoseconds time_of(Call call) {
    const HostTime began = HostClock::now();
    call();
    return HostClock::now() - began;
  }
};

TEST_P(LgmpLocks, SubscribingGivesUpAfterItsPatience) {
  host().hold_lock(kQueue);
  const auto spent = time_of([&] {
    const auto queue = try_subscribe();
    ASSERT_FALSE(queue);
    EXPECT_EQ(queue.error().code, ErrorCode::Busy);
  });
  EXPECT_GE(spent, milliseconds(2));
  EXPECT_LT(spent, milliseconds(2) + kSlack);
  EXPECT_EQ(host().readers_on(kQueue), 0u);
  EXPECT_EQ(field(at().lock), 1u);
  host().release_lock(kQueue);
  EXPECT_TRUE(try_subscribe());
}

TEST_P(LgmpLocks, UnsubscribingGivesUpAfterItsPatience) {
  LgmpQueue queue = subscribe();
  host().hold_lock(kQueue);
  const auto spent = time_of([&] { EXPECT_FALSE(queue.unsubscribe()); });
  EXPECT_GE(spent, milliseconds(2));
  EXPECT_LT(spent, milliseconds(2) + kSlack);
  EXPECT_EQ(host().readers_on(kQueue), 1u);
  host().release_lock(kQueue);
  EXPECT_TRUE(queue.unsubscribe());
}

TEST_P(LgmpLocks, PatienceIsTheCallers) {
  host().hold_lock(kQueue);
  const LgmpPatience patience{.subscribe = milliseconds(20), .message = {}};
  EXPECT_GE(time_of([&] { EXPECT_FALSE(try_subscribe(kMe, patience)); }), milliseconds(20));
}

// A dead host's queue of a thousand messages would else cost a wait for each.
TEST_P(LgmpLocks, AWholeRingIsGivenBackForOneWait) {
  host().create_queue(99, 256);
  const LgmpPatience patience{.subscribe = milliseconds(2), .message = milliseconds(50)};
  auto queue = LgmpQueue::subscribe(memory(), layout(), 99, kMe, patience);
  ASSERT_TRUE(queue);
  while (host().post(1, 0, {.offset = 0, .bytes = 1}) == LgmpHost::Posted::Posted) {
  }
  host().hold_lock(1);
  EXPECT_LT(time_of([&] { EXPECT_TRUE(messages(*queue).empty()); }), milliseconds(50) + kSlack);
  EXPECT_FALSE(queue->has_message());
}

TEST_P(LgmpLocks, AListOfMessagesIsGivenBackForOneWait) {
  host().create_queue(99, 64);
  const LgmpPatience patience{.subscribe = milliseconds(2), .message = milliseconds(50)};
  auto queue = LgmpQueue::subscribe(memory(), layout(), 99, kMe, patience);
  ASSERT_TRUE(queue);
  while (host().post(1, 0, payload_) == LgmpHost::Posted::Posted) {
  }
  const auto list = messages(*queue);
  ASSERT_EQ(list.size(), 64u);
  host().hold_lock(1);
  const auto spent = time_of([&] { queue->finish(list); });
  EXPECT_GE(spent, milliseconds(50));
  EXPECT_LT(spent, milliseconds(50) + kSlack);
  EXPECT_FALSE(queue->has_message());
}

TEST_P(LgmpLocks, NothingIsGivenBackWithoutAWait) {
  LgmpQueue queue = subscribe(kMe, {.subscribe = {}, .message = 2 * kSlack});
  host().hold_lock(kQueue);
  EXPECT_LT(time_of([&] { queue.finish(std::span<const LgmpMessage>()); }), kSlack);
}

TEST_P(LgmpLocks, FinishingGivesUpAfterItsPatienceAndStillGivesBack) {
  LgmpQueue queue = subscribe();
  post();
  post();
  host().hold_lock(kQueue);
  const auto spent = time_of([&] { queue.finish(0); });
  EXPECT_GE(spent, std::chrono::microseconds(20));
  EXPECT_LT(spent, kSlack);
  EXPECT_LT(time_of([&] { queue.finish_all(); }), kSlack);
  EXPECT_EQ(pending(0), 0u);
  EXPECT_EQ(pending(1), 0u);
}

TEST_P(LgmpLocks, WhatOthersStillNeedIsGivenBackWithoutALockInVersion6) {
  ASSERT_TRUE(try_subscribe(kOther));
  LgmpQueue queue = subscribe(kMe, {.subscribe = {}, .message = milliseconds(2 * kSlack)});
  post();
  host().hold_lock(kQueue);
  const auto spent = time_of([&] { queue.finish(0); });
  EXPECT_EQ(spent < kSlack, is_v6());
  EXPECT_FALSE(queue.has_message());
}

TEST_P(LgmpLocks, LookingNeedsNoLock) {
  LgmpQueue queue = subscribe();
  post(1);
  host().hold_lock(kQueue);
  host().hold_mail_lock(kQueue);
  EXPECT_EQ(queue.standing(), Standing::Subscribed);
  EXPECT_TRUE(queue.has_message());
  EXPECT_EQ(flags(queue), std::vector<std::uint64_t>{1});
  EXPECT_FALSE(queue.acted_upon(1));
}

TEST_P(LgmpLocks, SendingIsBusyWhileTheMailboxIsLocked) {
  LgmpQueue queue = subscribe();
  host().hold_mail_lock(kQueue);
  const auto spent = time_of([&] { EXPECT_EQ(queue.send({}).error().code, ErrorCode::Busy); });
  EXPECT_GE(spent, std::chrono::microseconds(20));
  EXPECT_LT(spent, kSlack);
  EXPECT_EQ(field(at().lock), 0u);
  host().release_mail_lock(kQueue);
  EXPECT_TRUE(queue.send({}));
}

TEST_P(LgmpLocks, SendingNeedsTheQueuesLockInVersion12Only) {
  LgmpQueue queue = subscribe();
  host().hold_lock(kQueue);
  const auto sent = queue.send({});
  EXPECT_EQ(sent ? std::nullopt : std::optional(sent.error().code),
            is_v6() ? std::nullopt : std::optional(ErrorCode::Busy));
  EXPECT_EQ(field(at().mail_lock), 0u);
  EXPECT_EQ(field(at().lock), 1u);
}

TEST_P(LgmpLocks, AnyValueButZeroIsHeld) {
  for (const std::uint32_t value : {1u, 2u, 0x8000'0000u, ~0u}) {
    set_field(at().lock, value);
    EXPECT_EQ(try_subscribe(kMe, {.subscribe = {}, .message = {}}).error().code, ErrorCode::Busy);
    EXPECT_EQ(field(at().lock), value);
  }
}

TEST_P(LgmpLocks, AreGivenBackWhenTheyGoOutOfScope) {
  SharedWords words(memory());
  const std::uint64_t offset = host().queue_at(kQueue) + at().lock;
  {
    LgmpLock lock(words, offset);
    EXPECT_FALSE(lock.held());
    EXPECT_TRUE(lock.acquire({}));
    EXPECT_TRUE(lock.held());
    EXPECT_EQ(field(at().lock), 1u);
    LgmpLock second(words, offset);
    EXPECT_FALSE(second.acquire({}));
  }
  EXPECT_EQ(field(at().lock), 0u);
}

PIERGLASS_FOR_EACH_DIALECT(LgmpLocks);

}  // namespace
}  // namespace pierglass::compat
