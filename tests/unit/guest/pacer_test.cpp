// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/core/pacer.hpp"

#include <gtest/gtest.h>

#include "guest/core/capture_policy.hpp"

namespace pierglass::guest {
namespace {

using std::chrono::milliseconds;

constexpr HostTime kStart{std::chrono::seconds(10)};

Pacer at_100_hz() {
  Pacer pacer;
  pacer.set_rates(100'000, 0);
  return pacer;
}

TEST(Pacer, TheFirstLookIsDueAtOnce) {
  EXPECT_EQ(at_100_hz().due(kStart), kStart);
}

TEST(Pacer, ALateLookDoesNotShiftTheGrid) {
  Pacer pacer = at_100_hz();
  pacer.looked(kStart);
  pacer.looked(kStart + milliseconds(13));
  EXPECT_EQ(pacer.due(kStart + milliseconds(13)), kStart + milliseconds(20));
}

TEST(Pacer, MissedIntervalsAreNotMadeUpFor) {
  Pacer pacer = at_100_hz();
  pacer.looked(kStart);
  pacer.looked(kStart + milliseconds(57));
  EXPECT_EQ(pacer.due(kStart + milliseconds(57)), kStart + milliseconds(67));
}

TEST(Pacer, AnEarlyLookStartsANewInterval) {
  Pacer pacer = at_100_hz();
  pacer.looked(kStart);
  pacer.looked(kStart + milliseconds(4));
  EXPECT_EQ(pacer.due(kStart + milliseconds(4)), kStart + milliseconds(14));
}

TEST(Pacer, TheSlowerOfOfferAndDemandDecides) {
  Pacer pacer;
  pacer.set_rates(100'000, 50'000);
  EXPECT_EQ(pacer.interval(), milliseconds(20));
  pacer.set_rates(50'000, 100'000);
  EXPECT_EQ(pacer.interval(), milliseconds(20));
  pacer.set_rates(0, 0);
  EXPECT_EQ(pacer.interval(), milliseconds(1));
  pacer.set_rates(0xffffffff, 0xffffffff);
  EXPECT_EQ(pacer.interval(), milliseconds(1));
}

TEST(CapturePolicy, OnlyBusySourcesAreTriedAgain) {
  EXPECT_EQ(after_reinit(nullptr), ReinitStep::Resume);
  const Error busy{.code = ErrorCode::Busy};
  EXPECT_EQ(after_reinit(&busy), ReinitStep::RetryLater);
  const Error broken{.code = ErrorCode::OsCall};
  EXPECT_EQ(after_reinit(&broken), ReinitStep::GiveUp);
}

}  // namespace
}  // namespace pierglass::guest
