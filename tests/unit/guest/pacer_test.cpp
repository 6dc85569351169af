// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/core/pacer.hpp"

#include <gtest/gtest.h>

#include "guest/core/capture_policy.hpp"
#include "guest/core/protected_watch.hpp"

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

TEST(Pacer, ALookApartCountsAsTheOneThatWasDue) {
  Pacer pacer = at_100_hz();
  pacer.looked(kStart);
  pacer.looked_apart(kStart + milliseconds(8));
  EXPECT_EQ(pacer.due(kStart), kStart + milliseconds(20)) << "a little early: the grid stays";
  pacer.looked_apart(kStart + milliseconds(26));
  EXPECT_EQ(pacer.due(kStart), kStart + milliseconds(30)) << "late: the grid stays";
  pacer.looked_apart(kStart + milliseconds(39));
  EXPECT_EQ(pacer.due(kStart), kStart + std::chrono::microseconds(41'500)) << "it comes along";
}

TEST(Pacer, AWishForMoreTakesEffectAtOnce) {
  Pacer pacer;
  pacer.set_rates(100'000, 1);  // one in a thousand seconds
  pacer.looked(kStart);
  pacer.looked_apart(kStart + milliseconds(8));
  pacer.set_rates(100'000, 0);
  EXPECT_LE(pacer.due(kStart), kStart + milliseconds(8) + pacer.interval() * 5 / 4);
  HostTime now = kStart;
  for (const std::uint32_t wanted : {1u, 100'000u, 7u, 50'000u, 0u}) {
    pacer.set_rates(100'000, wanted);
    now += milliseconds(1);
    pacer.looked_apart(now);
    EXPECT_LE(pacer.due(now), now + pacer.interval() * 5 / 4);
  }
}

TEST(RestPolicy, ItRestsOnceAfterTwoSeconds) {
  RestPolicy policy;
  policy.on_wanted();
  EXPECT_FALSE(policy.on_unwanted(kStart));
  EXPECT_EQ(policy.ask_again(kStart, std::chrono::seconds(9)), kStart + RestPolicy::kPatience);
  EXPECT_FALSE(policy.on_unwanted(kStart + RestPolicy::kPatience - Nanoseconds(1)));
  EXPECT_TRUE(policy.on_unwanted(kStart + RestPolicy::kPatience));
  EXPECT_FALSE(policy.on_unwanted(kStart + 2 * RestPolicy::kPatience));
  const HostTime later = kStart + 3 * RestPolicy::kPatience;
  EXPECT_EQ(policy.ask_again(later, std::chrono::seconds(9)), later + std::chrono::seconds(9));
}

TEST(RestPolicy, WhoComesBackInTimeFindsItAwake) {
  RestPolicy policy;
  EXPECT_FALSE(policy.on_unwanted(kStart));
  policy.on_wanted();
  EXPECT_FALSE(policy.on_unwanted(kStart + RestPolicy::kPatience));
  EXPECT_TRUE(policy.on_unwanted(kStart + 2 * RestPolicy::kPatience));
  policy.on_wanted();
  EXPECT_FALSE(policy.on_unwanted(kStart + 4 * RestPolicy::kPatience));
}

TEST(ProtectedWatch, BeginAndEndAreSaidOnce) {
  ProtectedWatch watch;
  EXPECT_EQ(watch.news(kStart), std::nullopt);
  watch.saw(true);
  EXPECT_EQ(watch.news(kStart), true);
  EXPECT_EQ(watch.news(kStart + milliseconds(1)), std::nullopt);
  watch.saw(false);
  EXPECT_EQ(watch.news(kStart + milliseconds(2)), std::nullopt) << "later";
  EXPECT_EQ(watch.news(kStart + ProtectedWatch::kSpacing), false);
  EXPECT_EQ(watch.news(kStart + 2 * ProtectedWatch::kSpacing), std::nullopt);
}

TEST(ProtectedWatch, WhatComesAndGoesIsSaidSeldom) {
  ProtectedWatch watch;
  int said = 0;
  for (int i = 0; i < 1000; ++i) {
    watch.saw(i % 2 == 0);
    said += watch.news(kStart + i * milliseconds(20)).has_value() ? 1 : 0;
  }
  EXPECT_LE(said, 3);
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
