// SPDX-License-Identifier: GPL-2.0-or-later
#include "pace/histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

namespace pierglass::pace {
namespace {

TEST(Histogram, AnEmptyOneIsAllZero) {
  const Histogram histogram;
  EXPECT_EQ(histogram.quantile(0.5), 0u);
  EXPECT_EQ(histogram.min(), 0u);
  EXPECT_EQ(histogram.max(), 0u);
  EXPECT_EQ(histogram.mean(), 0.0);
}

TEST(Histogram, SmallValuesAreExact) {
  Histogram histogram;
  for (std::uint64_t i = 1; i <= 60; ++i) histogram.add(i);
  EXPECT_EQ(histogram.quantile(0.5), 30u);
  EXPECT_EQ(histogram.quantile(0.0), 1u);
  EXPECT_EQ(histogram.quantile(1.0), 60u);
  EXPECT_DOUBLE_EQ(histogram.mean(), 30.5);
}

TEST(Histogram, QuantilesAreWithinOneBucketAboveTheTruth) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 30; ++round) {
    Histogram histogram;
    std::vector<std::uint64_t> values;
    for (int i = 0; i < 3000; ++i) {
      values.push_back(random() >> (28 + random() % 36));
      histogram.add(values.back());
    }
    std::sort(values.begin(), values.end());
    for (const double q : {0.01, 0.5, 0.9, 0.99, 0.999, 1.0}) {
      const auto rank = static_cast<std::size_t>(std::ceil(q * 3000)) - 1;
      const auto truth = static_cast<double>(values[rank]);
      const auto got = static_cast<double>(histogram.quantile(q));
      ASSERT_GE(got, truth);
      ASSERT_LE(got, truth * (1 + 1.0 / 32) + 1);
    }
    EXPECT_EQ(histogram.max(), values.back());
    EXPECT_EQ(histogram.min(), values.front());
  }
}

TEST(Histogram, HugeAndNegativeValuesAreClamped) {
  Histogram histogram;
  histogram.add(UINT64_MAX);
  histogram.add(Nanoseconds(-5));
  EXPECT_EQ(histogram.count(), 2u);
  EXPECT_EQ(histogram.max(), (std::uint64_t{1} << Histogram::kMaxBits) - 1);
  EXPECT_EQ(histogram.min(), 0u);
}

TEST(Histogram, MergingEqualsAddingAll) {
  std::mt19937_64 random(2);
  Histogram a;
  Histogram b;
  Histogram all;
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t value = random() >> 40;
    (i % 3 == 0 ? a : b).add(value);
    all.add(value);
  }
  a.merge(b);
  EXPECT_EQ(a.count(), all.count());
  EXPECT_EQ(a.mean(), all.mean());
  for (const double q : {0.1, 0.5, 0.99}) EXPECT_EQ(a.quantile(q), all.quantile(q));
  a.clear();
  EXPECT_EQ(a.count(), 0u);
}

}  // namespace
}  // namespace pierglass::pace
