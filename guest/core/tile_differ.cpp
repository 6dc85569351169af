// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/core/tile_differ.hpp"

#include <algorithm>
#include <bitset>
#include <cstring>

#include "wire/layout.hpp"

namespace pierglass::guest {
namespace {

using TileRow = std::bitset<wire::kMaxDimension / kTileWidth>;

TileRow compare_tile_row(const pixel::ConstImage& before, const pixel::ConstImage& after,
                         std::uint32_t top, std::uint32_t bottom) {
  const std::size_t stride = wire::bytes_per_pixel(after.format);
  const std::uint32_t tiles = (after.size.width + kTileWidth - 1) / kTileWidth;
  TileRow changed;
  for (std::uint32_t y = top; y < bottom; ++y) {
    const std::byte* old_row = before.row(y);
    const std::byte* new_row = after.row(y);
    for (std::uint32_t tile = 0; tile < tiles; ++tile) {
      if (changed[tile]) continue;
      const std::uint32_t x = tile * kTileWidth;
      const std::uint32_t width = std::min(kTileWidth, after.size.width - x);
      changed[tile] = std::memcmp(old_row + x * stride, new_row + x * stride, width * stride) != 0;
    }
  }
  return changed;
}

// One rectangle for each run of changed tiles, from `top` to `bottom`.
void add_runs(pixel::DamageRegion& damage, const TileRow& changed, Size size, std::uint32_t top,
              std::uint32_t bottom) {
  const std::uint32_t tiles = (size.width + kTileWidth - 1) / kTileWidth;
  for (std::uint32_t tile = 0; tile < tiles; ++tile) {
    if (!changed[tile]) continue;
    const std::uint32_t first = tile;
    while (tile < tiles && changed[tile]) ++tile;
    const std::uint32_t right = std::min(tile * kTileWidth, size.width);
    damage.add({first * kTileWidth, top, right - first * kTileWidth, bottom - top});
  }
}

}  // namespace

pixel::DamageRegion differing_tiles(const pixel::ConstImage& before,
                                    const pixel::ConstImage& after) {
  pixel::DamageRegion damage;
  // Rows of tiles with the same tiles changed become one set of taller rectangles.
  TileRow pending;
  std::uint32_t pending_top = 0;
  const Size size = after.size;
  for (std::uint32_t top = 0; top < size.height; top += kTileHeight) {
    const std::uint32_t bottom = std::min(top + kTileHeight, size.height);
    const TileRow changed = compare_tile_row(before, after, top, bottom);
    if (changed == pending) continue;
    add_runs(damage, pending, size, pending_top, top);
    pending = changed;
    pending_top = top;
  }
  add_runs(damage, pending, size, pending_top, size.height);
  return damage;
}

}  // namespace pierglass::guest
