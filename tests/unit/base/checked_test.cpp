// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/checked.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

namespace pierglass {
namespace {

constexpr auto kMax32 = std::numeric_limits<std::uint32_t>::max();
constexpr auto kMax64 = std::numeric_limits<std::uint64_t>::max();

TEST(Checked, AdditionGivesNothingWhenTheSumDoesNotFit) {
  EXPECT_EQ(checked_add<std::uint32_t>(kMax32 - 1, 1), kMax32);
  EXPECT_EQ(checked_add<std::uint32_t>(kMax32, 1), std::nullopt);
  EXPECT_EQ(checked_add<std::uint64_t>(kMax64, kMax64), std::nullopt);
}

TEST(Checked, MultiplicationGivesNothingWhenTheProductDoesNotFit) {
  EXPECT_EQ(checked_mul<std::uint32_t>(65535, 65537), kMax32);
  EXPECT_EQ(checked_mul<std::uint32_t>(65536, 65536), std::nullopt);
  EXPECT_EQ(checked_mul<std::uint64_t>(kMax64, 0), 0U);
}

TEST(Checked, RangeFitsOnlyInsideTheTotal) {
  EXPECT_TRUE(range_fits(0, 0, 0));
  EXPECT_TRUE(range_fits(0, 10, 10));
  EXPECT_TRUE(range_fits(10, 0, 10));
  EXPECT_TRUE(range_fits(9, 1, 10));
  EXPECT_FALSE(range_fits(9, 2, 10));
  EXPECT_FALSE(range_fits(11, 0, 10));
  EXPECT_FALSE(range_fits(1, kMax64, 10));
  EXPECT_FALSE(range_fits(kMax64, 1, 10));
  EXPECT_FALSE(range_fits(kMax64, kMax64, kMax64));
}

TEST(Checked, AlignUpGoesToTheNextMultiple) {
  EXPECT_EQ(align_up<std::uint32_t>(0, 256), 0U);
  EXPECT_EQ(align_up<std::uint32_t>(1, 256), 256U);
  EXPECT_EQ(align_up<std::uint32_t>(256, 256), 256U);
  EXPECT_EQ(align_up<std::uint64_t>(257, 256), 512U);
}

// Every length and misalignment, so that the word loop and the byte tail both run.
TEST(Checked, SharedBytesAreCopiedExactlyAtAnyAlignmentAndLength) {
  alignas(8) std::array<std::uint8_t, 64> memory{};
  for (std::size_t i = 0; i < memory.size(); ++i) memory[i] = static_cast<std::uint8_t>(i + 1);
  for (std::size_t offset = 0; offset < 9; ++offset) {
    for (std::size_t length = 0; length < 40; ++length) {
      std::vector<std::uint8_t> copy(length + 1, 0xee);
      read_shared(copy.data(), memory.data() + offset, length);
      EXPECT_TRUE(std::equal(copy.begin(), copy.end() - 1, memory.begin() + offset));
      EXPECT_EQ(copy.back(), 0xee);

      alignas(8) std::array<std::uint8_t, 64> written{};
      write_shared(written.data() + offset, copy.data(), length);
      EXPECT_TRUE(std::equal(copy.begin(), copy.end() - 1, written.begin() + offset));
      EXPECT_EQ(std::count(written.begin(), written.end(), 0),
                static_cast<std::ptrdiff_t>(written.size() - length));
    }
  }
}

TEST(Checked, SnapshotDoesNotFollowLaterChanges) {
  struct Record {
    std::uint64_t a;
    std::uint32_t b;
    std::uint32_t c;
  };
  Record shared{1, 2, 3};
  const auto copy = snapshot<Record>(&shared);
  shared = {4, 5, 6};
  EXPECT_EQ(copy.a, 1U);
  EXPECT_EQ(copy.b, 2U);
  EXPECT_EQ(copy.c, 3U);
}

}  // namespace
}  // namespace pierglass
