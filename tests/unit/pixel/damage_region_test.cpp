// SPDX-License-Identifier: GPL-2.0-or-later
#include "pixel/damage_region.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <random>
#include <vector>

namespace pierglass::pixel {
namespace {

constexpr std::uint32_t kSide = 128;

// One flag a pixel: the naive region.
class Bitmap {
 public:
  void add(const Rect& rect) {
    for (std::uint64_t y = rect.y; y < rect.bottom() && y < kSide; ++y) {
      for (std::uint64_t x = rect.x; x < rect.right() && x < kSide; ++x) bits_[y * kSide + x] += 1;
    }
  }
  [[nodiscard]] bool covers(const Bitmap& other) const {
    for (std::size_t i = 0; i < bits_.size(); ++i) {
      if (other.bits_[i] != 0 && bits_[i] == 0) return false;
    }
    return true;
  }
  [[nodiscard]] int deepest() const { return *std::max_element(bits_.begin(), bits_.end()); }
  [[nodiscard]] std::uint64_t area() const {
    return static_cast<std::uint64_t>(
        std::count_if(bits_.begin(), bits_.end(), [](int n) { return n != 0; }));
  }

 private:
  std::vector<int> bits_ = std::vector<int>(std::size_t{kSide} * kSide);
};

Bitmap drawn(const DamageRegion& region) {
  Bitmap bitmap;
  for (const Rect& rect : region.rects()) bitmap.add(rect);
  return bitmap;
}

Rect random_rect(std::mt19937& random, std::uint32_t largest) {
  const auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
  const std::uint32_t x = below(kSide);
  const std::uint32_t y = below(kSide);
  return {x, y, std::min(below(largest + 1), kSide - x), std::min(below(largest + 1), kSide - y)};
}

TEST(DamageRegion, CoversAllThatWasAddedAndNeverTwice) {
  for (std::uint32_t seed = 0; seed < 120; ++seed) {
    std::mt19937 random(seed);
    const std::uint32_t largest = 1 + seed % kSide;
    DamageRegion region;
    Bitmap expected;
    for (int i = 0; i < 100; ++i) {
      const Rect rect = random_rect(random, largest);
      region.add(rect);
      expected.add(rect);
      if (i % 9 != 0) continue;
      const Bitmap got = drawn(region);
      ASSERT_TRUE(got.covers(expected)) << "seed " << seed << " step " << i;
      ASSERT_LE(got.deepest(), 1) << "seed " << seed << " step " << i;
      ASSERT_LE(region.rects().size(), DamageRegion::kMaxRects);
      ASSERT_EQ(region.area(), got.area());
      for (const Rect& kept : region.rects()) ASSERT_FALSE(kept.empty());
    }
  }
}

TEST(DamageRegion, ACrossIsNotTurnedIntoItsBounds) {
  DamageRegion region;
  region.add({0, 500, 1920, 10});
  region.add({900, 0, 10, 1080});
  EXPECT_EQ(region.area(), 1920u * 10 + 1080u * 10 - 100);
}

TEST(DamageRegion, ScatteredSmallChangesStaySmall) {
  DamageRegion region;
  for (std::uint32_t i = 0; i < 200; ++i) region.add({i % 10 * 190, i / 10 % 3 * 300, 8, 8});
  EXPECT_EQ(region.rects().size(), 30u);
  EXPECT_EQ(region.area(), 30u * 64);
}

TEST(DamageRegion, RowsThatTouchBecomeOneRectangle) {
  DamageRegion region;
  for (std::uint32_t y = 0; y < 1000; ++y) region.add({7, y, 300, 1});
  ASSERT_EQ(region.rects().size(), 1u);
  EXPECT_EQ(region.rects()[0], (Rect{7, 0, 300, 1000}));
}

TEST(DamageRegion, JoinsWhatLiesCloseWhenItRunsOutOfRoom) {
  DamageRegion region;
  for (std::uint32_t i = 0; i < DamageRegion::kMaxRects / 2; ++i) {
    region.add({i * 200, i * 200, 10, 10});
    region.add({i * 200 + 12, i * 200, 10, 10});
  }
  EXPECT_EQ(region.area(), DamageRegion::kMaxRects * 100);
  region.add({0, 9000, 10, 10});
  EXPECT_LE(region.rects().size(), DamageRegion::kMaxRects);
  EXPECT_LE(region.area(), DamageRegion::kMaxRects * 100 + 100 + 8 * 20);
}

TEST(DamageRegion, NothingIsAddedByAnEmptyRectangle) {
  DamageRegion region;
  region.add({5, 5, 0, 10});
  region.add({5, 5, 10, 0});
  EXPECT_TRUE(region.empty());
  EXPECT_EQ(region.bounds(), Rect{});
  region.set_full({0, 100});
  EXPECT_TRUE(region.empty());
}

TEST(DamageRegion, ClippingDropsWhatLiesOutside) {
  DamageRegion region;
  region.add({10, 10, 100, 100});
  region.add({500, 500, 10, 10});
  region.clip({50, 400});
  ASSERT_EQ(region.rects().size(), 1u);
  EXPECT_EQ(region.rects()[0], (Rect{10, 10, 40, 100}));
}

TEST(DamageRegion, UnionsOfRegionsCoverBoth) {
  std::mt19937 random(7);
  DamageRegion a;
  DamageRegion b;
  for (int i = 0; i < 20; ++i) a.add(random_rect(random, 9));
  for (int i = 0; i < 20; ++i) b.add(random_rect(random, 9));
  Bitmap expected = drawn(a);
  for (const Rect& rect : b.rects()) expected.add(rect);
  a.add(b);
  EXPECT_TRUE(drawn(a).covers(expected));
  EXPECT_EQ(drawn(a).deepest(), 1);
}

TEST(DamageRegion, ExtremeNumbersDoNotWrap) {
  constexpr std::uint32_t kMax = std::numeric_limits<std::uint32_t>::max();
  DamageRegion region;
  region.add({kMax - 5, kMax - 5, kMax, kMax});
  region.add({1, 1, kMax, kMax});
  region.add({0, 0, kMax, 2});
  EXPECT_EQ(region.bounds(), (Rect{0, 0, kMax, kMax}));
  region.clip({100, 100});
  EXPECT_EQ(region.bounds(), (Rect{0, 0, 100, 100}));
  EXPECT_GE(region.area(), 100u * 100 - 98);
}

}  // namespace
}  // namespace pierglass::pixel
