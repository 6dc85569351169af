// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/core/tile_differ.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/guest/pictures.hpp"

namespace pierglass::guest {
namespace {

using test::covers;
using test::Picture;
using test::Random;

TEST(TileDiffer, EqualPicturesHaveNoDamage) {
  const Picture a({200, 100});
  const Picture b({200, 100});
  EXPECT_TRUE(differing_tiles(a.image, b.image).empty());
}

TEST(TileDiffer, PaddingBetweenRowsIsNotLookedAt) {
  Picture a({100, 50});
  const Picture b({100, 50});
  a.bytes[100 * 4] = std::byte{1};  // the first byte after the first row
  EXPECT_TRUE(differing_tiles(a.image, b.image).empty());
}

TEST(TileDiffer, OnePixelMarksOneTile) {
  Picture a({300, 100});
  const Picture b({300, 100});
  a.set(130, 20, 1);
  const auto damage = differing_tiles(a.image, b.image);
  ASSERT_EQ(damage.rects().size(), 1u);
  EXPECT_EQ(damage.rects()[0], (Rect{128, 16, 64, 16}));
}

TEST(TileDiffer, TilesAtTheEdgesEndWithThePicture) {
  Picture a({300, 100});
  const Picture b({300, 100});
  a.set(299, 99, 1);
  const auto damage = differing_tiles(a.image, b.image);
  ASSERT_EQ(damage.rects().size(), 1u);
  EXPECT_EQ(damage.rects()[0], (Rect{256, 96, 44, 4}));
}

TEST(TileDiffer, EverythingChangedIsOneRectangle) {
  Picture a({300, 100});
  const Picture b({300, 100});
  a.fill(full_rect({300, 100}), 7);
  const auto damage = differing_tiles(a.image, b.image);
  ASSERT_EQ(damage.rects().size(), 1u);
  EXPECT_EQ(damage.rects()[0], full_rect({300, 100}));
}

// Whether the tile that holds (x, y) differs anywhere.
bool tile_changed(const Picture& a, const Picture& b, std::uint32_t x, std::uint32_t y) {
  const Rect tile = intersection(
      {x / kTileWidth * kTileWidth, y / kTileHeight * kTileHeight, kTileWidth, kTileHeight},
      full_rect(a.image.size));
  for (std::uint32_t row = tile.y; row < tile.bottom(); ++row)
    if (std::memcmp(a.image.row(row) + tile.x * 4, b.image.row(row) + tile.x * 4, tile.width * 4) !=
        0)
      return true;
  return false;
}

TEST(TileDiffer, DamageIsExactlyTheChangedTilesWhileRectanglesLast) {
  for (std::uint32_t seed = 0; seed < 40; ++seed) {
    Random random(seed);
    const Size size{1 + random.below(400), 1 + random.below(120)};
    Picture before(size);
    Picture after(size);
    for (std::uint32_t i = random.below(9); i > 0; --i) {
      Rect change = random.rect(size);
      change.width = std::min(change.width, 90u);
      change.height = std::min(change.height, 40u);
      after.fill(change, random.below(3));
    }
    const auto damage = differing_tiles(before.image, after.image);
    const bool exact = damage.rects().size() < pixel::DamageRegion::kMaxRects;
    for (std::uint32_t y = 0; y < size.height; ++y) {
      for (std::uint32_t x = 0; x < size.width; ++x) {
        const bool changed = tile_changed(before, after, x, y);
        const bool covered = covers(damage.rects(), x, y);
        ASSERT_TRUE(covered || !changed) << "seed " << seed << " at " << x << "," << y;
        ASSERT_TRUE(changed || !covered || !exact) << "seed " << seed << " at " << x << "," << y;
      }
    }
  }
}

}  // namespace
}  // namespace pierglass::guest
