// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire/memory_size.hpp"

#include <gtest/gtest.h>

#include <array>
#include <bit>

namespace pierglass::wire {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

TEST(MemorySize, IsThePowerOfTwoAboveWhatTheSlotsTake) {
  const RegionSpec spec;
  const auto standard = largest_format(PixelRoom::Standard);
  EXPECT_EQ(memory_needed(spec, Size{1920, 1080}, standard), 64 * kMiB);
  EXPECT_EQ(memory_needed(spec, Size{3840, 2160}, standard), 128 * kMiB);
  EXPECT_EQ(memory_needed(spec, Size{3840, 2160}, largest_format(PixelRoom::Hdr)), 256 * kMiB);
}

TEST(MemorySize, OfSeveralScreensIsThatOfTheMostDemanding) {
  const RegionSpec spec;
  const std::array sizes{Size{640, 480}, Size{2560, 1440}, Size{1440, 2560}};
  const auto format = largest_format(PixelRoom::Standard);
  const std::uint64_t bytes = memory_needed(spec, sizes, format);
  EXPECT_TRUE(std::has_single_bit(bytes));
  for (const Size size : sizes) {
    EXPECT_TRUE(check_fits(bytes, spec, size, format));
    EXPECT_TRUE(plan_region(bytes, spec));
  }
  EXPECT_FALSE(check_fits(bytes / 2, spec, sizes[1], format));
  EXPECT_EQ(memory_needed(spec, std::span<const Size>(), format), 0U);
}

TEST(MemorySize, APictureThatDoesNotFitSaysWhatItNeeds) {
  const auto fits = check_fits(64 * kMiB, {}, {3840, 2160}, PixelFormat::Xrgb8888);
  ASSERT_FALSE(fits);
  EXPECT_EQ(fits.error().code, ErrorCode::TooSmall);
  EXPECT_EQ(fits.error().want, 128 * kMiB);
}

}  // namespace
}  // namespace pierglass::wire
