// SPDX-License-Identifier: GPL-2.0-or-later
#include "pace/callback_thrift.hpp"

#include <gtest/gtest.h>

namespace pierglass::pace {
namespace {

using std::chrono::milliseconds;

class Thrift : public testing::Test {
 protected:
  // A picture so long after the last one, whose callback had come or is waited for.
  void picture(Nanoseconds later, bool awaited = false) {
    thrift_.on_callback(awaited);
    now_ += later;
    thrift_.on_commit(now_);
  }
  void learn(Nanoseconds period) {
    for (int i = 0; i < CallbackThrift::kWitnesses; ++i) picture(period);
  }
  bool spares(Nanoseconds later) { return thrift_.spares(now_ + later); }

  HostTime now_{std::chrono::hours(2)};
  CallbackThrift thrift_;
};

TEST_F(Thrift, SparesNoneUntilManyCameInTime) {
  for (int i = 0; i < CallbackThrift::kWitnesses; ++i) {
    EXPECT_FALSE(spares(milliseconds(16)));
    picture(milliseconds(16));
  }
  EXPECT_TRUE(spares(milliseconds(16)));
}

TEST_F(Thrift, OneThatWasWaitedForEndsIt) {
  learn(milliseconds(16));
  picture(milliseconds(16), true);
  EXPECT_FALSE(spares(milliseconds(16)));
  for (int i = 1; i < CallbackThrift::kWitnesses; ++i) picture(milliseconds(16));
  EXPECT_FALSE(spares(milliseconds(16)));
  picture(milliseconds(16));
  EXPECT_TRUE(spares(milliseconds(16)));
}

TEST_F(Thrift, PicturesThatComeMuchSoonerThanSeenEndIt) {
  learn(milliseconds(16));
  EXPECT_TRUE(spares(milliseconds(13)));
  EXPECT_FALSE(spares(milliseconds(7)));
  now_ += milliseconds(7);
  thrift_.on_commit(now_);
  EXPECT_FALSE(spares(milliseconds(16)));
}

TEST_F(Thrift, ASlowGuestThatBecomesAFastOneIsNotTakenForWhatItWas) {
  learn(milliseconds(33));
  EXPECT_TRUE(spares(milliseconds(33)));
  EXPECT_FALSE(spares(milliseconds(16)));
}

TEST_F(Thrift, OneThatIsAskedForNowAndThenTellsMore) {
  learn(milliseconds(20));
  EXPECT_FALSE(spares(milliseconds(14)));
  picture(milliseconds(17));
  EXPECT_TRUE(spares(milliseconds(14)));
}

}  // namespace
}  // namespace pierglass::pace
