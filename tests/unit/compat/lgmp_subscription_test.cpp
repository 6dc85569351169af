// SPDX-License-Identifier: GPL-2.0-or-later
// Leaving a queue whose lock is not to be had at once.
#include "compat/subscription.hpp"

#include "tests/unit/compat/lgmp_rig.hpp"

namespace pierglass::compat {
namespace {

using namespace test;

class LgmpLeaving : public LgmpRig {
 protected:
  LgmpLeaving() {
    begin();
    EXPECT_TRUE(subscription_.keep(now_));
  }
  void begin() { subscription_.begin(memory(), *GetParam(), kId, kMe, {}); }
  void leave_under_a_held_lock() {
    host().hold_lock(kQueue);
    subscription_.leave();
  }
  HostTime after(Nanoseconds time) { return now_ += time; }

  Subscription subscription_;
  HostTime now_{std::chrono::hours(1)};
};

TEST_P(LgmpLeaving, FreesThePlaceAtOnceWhenTheLockIsFree) {
  subscription_.leave();
  EXPECT_FALSE(subscription_.stands());
  EXPECT_EQ(host().readers_on(kQueue), 0u);
  EXPECT_TRUE(subscription_.keep(now_));
  EXPECT_EQ(host().readers_on(kQueue), 1u);
}

TEST_P(LgmpLeaving, IsTriedAgainUntilTheLockCanBeHad) {
  leave_under_a_held_lock();
  EXPECT_FALSE(subscription_.stands());
  EXPECT_EQ(subscription_.queue(), nullptr);
  EXPECT_EQ(host().readers_on(kQueue), 1u);
  subscription_.keep_away(now_);
  host().release_lock(kQueue);
  subscription_.keep_away(after(Subscription::kBusyPause - Nanoseconds(1)));
  EXPECT_EQ(host().readers_on(kQueue), 1u) << "trying costs time";
  subscription_.keep_away(after(Nanoseconds(1)));
  EXPECT_EQ(host().readers_on(kQueue), 0u);
  EXPECT_FALSE(subscription_.stands());
}

TEST_P(LgmpLeaving, NobodyWaitsMeanwhileForWhatWasPosted) {
  post();
  post();
  leave_under_a_held_lock();
  now_ms_ += kMaxTimeMs + 1;
  host().release_lock(kQueue);
  host().process();
  EXPECT_EQ(host().readers_bad(kQueue), 0u);
  EXPECT_EQ(host().pending(kQueue), 0u);
  subscription_.keep_away(now_);
  EXPECT_EQ(host().readers_on(kQueue), 0u);
  EXPECT_EQ(host().readers_timed_out(), 0u);
}

TEST_P(LgmpLeaving, ComesBeforeSubscribingAnew) {
  leave_under_a_held_lock();
  EXPECT_FALSE(subscription_.keep(now_));
  host().release_lock(kQueue);
  host().take_new_readers(kQueue);
  EXPECT_TRUE(subscription_.keep(after(Subscription::kBusyPause)));
  EXPECT_TRUE(subscription_.stands());
  EXPECT_EQ(host().readers_on(kQueue), 1u) << "not two places";
  EXPECT_EQ(host().take_new_readers(kQueue), 1u) << "the host repeats its newest message";
}

TEST_P(LgmpLeaving, EndsWithTheSession) {
  leave_under_a_held_lock();
  host().release_lock(kQueue);
  subscription_.end();
  const std::vector<std::byte> before(memory().begin(), memory().end());
  subscription_.keep_away(after(Subscription::kBusyPause));
  EXPECT_FALSE(subscription_.keep(now_));
  EXPECT_TRUE(std::ranges::equal(before, memory()));
  start_host();
  begin();
  EXPECT_TRUE(subscription_.keep(now_));
  EXPECT_TRUE(subscription_.stands());
}

PIERGLASS_FOR_EACH_DIALECT(LgmpLeaving);

}  // namespace
}  // namespace pierglass::compat
