// SPDX-License-Identifier: GPL-2.0-or-later
#include "pixel/damage_region.hpp"

#include <algorithm>
#include <limits>

namespace pierglass::pixel {

namespace {

// Rectangles that meet are joined when their bounds waste at most 1/8 of what they cover, and cut
// apart otherwise; after this many cuts in one add() they are joined in any case, so that no input
// makes add() slow.
constexpr std::uint64_t kWasteDivisor = 8;
constexpr std::size_t kMaxCuts = 16;
// A cut makes four of one; joining never makes more.
constexpr std::size_t kMaxPieces = DamageRegion::kMaxRects + 1 + 3 * kMaxCuts;

// When there is no room, so many pairs are joined in one go: looking for them is the costly part.
constexpr std::size_t kJoinedAtOnce = 6;

// Rectangles that still have to find their place.
struct Pieces {
  std::array<Rect, kMaxPieces> rects;
  std::size_t count = 0;
  std::size_t cuts = 0;

  void push(const Rect& rect) {
    if (!rect.empty()) rects[count++] = rect;
  }
  // Pushes what `rect` covers and `hole` does not; they overlap.
  void push_around(const Rect& rect, const Rect& hole) {
    ++cuts;
    const Rect middle = intersection(rect, hole);
    const auto right = static_cast<std::uint32_t>(middle.right());
    const auto bottom = static_cast<std::uint32_t>(middle.bottom());
    push({rect.x, rect.y, rect.width, middle.y - rect.y});
    push({rect.x, bottom, rect.width, static_cast<std::uint32_t>(rect.bottom() - bottom)});
    push({rect.x, middle.y, middle.x - rect.x, middle.height});
    push({right, middle.y, static_cast<std::uint32_t>(rect.right() - right), middle.height});
  }
};

// So that right() and bottom() fit 32 bits.
Rect representable(const Rect& rect) {
  constexpr std::uint32_t kLimit = std::numeric_limits<std::uint32_t>::max();
  return {rect.x, rect.y, std::min(rect.width, kLimit - rect.x),
          std::min(rect.height, kLimit - rect.y)};
}

// For rectangles that do not overlap.
std::uint64_t growth_of_union(const Rect& a, const Rect& b) {
  const std::uint64_t width = std::max(a.right(), b.right()) - std::min(a.x, b.x);
  const std::uint64_t height = std::max(a.bottom(), b.bottom()) - std::min(a.y, b.y);
  return width * height - a.area() - b.area();
}

bool worth_joining(const Rect& a, const Rect& b, const Rect& both) {
  const std::uint64_t covered = a.area() + b.area() - intersection(a, b).area();
  return both.area() - covered <= covered / kWasteDivisor;
}

}  // namespace

void DamageRegion::remove(std::size_t index) {
  rects_[index] = rects_[--count_];
}

// Takes pairs of rectangles out whose bounds add least to what is covered, and gives those bounds;
// as many as `unions` has room for, but no rectangle twice. Returns how many.
std::size_t DamageRegion::take_cheapest_unions(std::span<Rect> unions) {
  struct Pair {
    std::uint64_t growth;
    std::size_t first;
    std::size_t second;
  };
  std::array<Pair, kMaxRects> pairs;
  std::array<bool, kMaxRects> taken{};
  for (std::size_t i = 0; i + 1 < count_; ++i) {
    pairs[i] = {std::numeric_limits<std::uint64_t>::max(), i, i};
    for (std::size_t j = i + 1; j < count_; ++j) {
      const std::uint64_t growth = growth_of_union(rects_[i], rects_[j]);
      if (growth < pairs[i].growth) pairs[i] = {growth, i, j};
    }
  }
  const auto end = pairs.begin() + static_cast<std::ptrdiff_t>(count_ - 1);
  std::sort(pairs.begin(), end, [](const Pair& a, const Pair& b) { return a.growth < b.growth; });
  std::size_t made = 0;
  for (auto pair = pairs.begin(); pair != end && made < unions.size(); ++pair) {
    if (taken[pair->first] || taken[pair->second]) continue;
    taken[pair->first] = taken[pair->second] = true;
    unions[made++] = bounding(rects_[pair->first], rects_[pair->second]);
  }
  std::size_t kept = 0;
  for (std::size_t i = 0; i < count_; ++i) {
    if (!taken[i]) rects_[kept++] = rects_[i];
  }
  count_ = kept;
  return made;
}

std::optional<std::size_t> DamageRegion::first_overlap(const Rect& piece) const {
  for (std::size_t i = 0; i < count_; ++i) {
    if (!intersection(rects_[i], piece).empty()) return i;
  }
  return std::nullopt;
}

std::optional<std::size_t> DamageRegion::exact_neighbour(const Rect& piece) const {
  for (std::size_t i = 0; i < count_; ++i) {
    if (bounding(rects_[i], piece).area() == rects_[i].area() + piece.area()) return i;
  }
  return std::nullopt;
}

void DamageRegion::add(const Rect& rect) {
  Pieces pieces;
  pieces.push(representable(rect));
  while (pieces.count != 0) {
    Rect piece = pieces.rects[--pieces.count];
    while (!piece.empty()) {
      auto partner = first_overlap(piece);
      if (partner) {
        const Rect other = rects_[*partner];
        if (other.contains(piece)) break;
        if (pieces.cuts < kMaxCuts && !worth_joining(other, piece, bounding(other, piece))) {
          pieces.push_around(piece, other);
          break;
        }
      } else {
        partner = exact_neighbour(piece);
      }
      if (partner) {
        piece = bounding(rects_[*partner], piece);
        remove(*partner);
      } else if (count_ < kMaxRects) {
        rects_[count_++] = piece;
        break;
      } else {
        std::array<Rect, kJoinedAtOnce> unions;
        const std::size_t made = take_cheapest_unions(unions);
        pieces.push(piece);
        for (std::size_t i = 0; i < made; ++i) pieces.push(unions[i]);
        break;
      }
    }
  }
}

void DamageRegion::add(const DamageRegion& other) {
  for (const Rect& rect : other.rects()) add(rect);
}

void DamageRegion::set_full(Size size) {
  clear();
  add(full_rect(size));
}

void DamageRegion::clip(Size size) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < count_; ++i) {
    const Rect inside = intersection(rects_[i], full_rect(size));
    if (!inside.empty()) rects_[kept++] = inside;
  }
  count_ = kept;
}

std::uint64_t DamageRegion::area() const {
  std::uint64_t sum = 0;
  for (const Rect& rect : rects()) sum += rect.area();
  return sum;
}

Rect DamageRegion::bounds() const {
  Rect all;
  for (const Rect& rect : rects()) all = bounding(all, rect);
  return all;
}

}  // namespace pierglass::pixel
