// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/geometry.hpp"

namespace pierglass::pixel {

// A set of rectangles that covers at least all that was added; never allocates. When it runs out
// of room it merges, so it may cover more, never less. Rectangles in rects() do not overlap.
class DamageRegion {
 public:
  static constexpr std::size_t kMaxRects = 64;  // as many as one frame record holds

  void add(const Rect& rect);  // an empty one adds nothing
  void add(const DamageRegion& other);
  void clear() { count_ = 0; }
  void set_full(Size size);

  // Drops what lies outside `size`.
  void clip(Size size);

  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] std::span<const Rect> rects() const { return {rects_.data(), count_}; }
  [[nodiscard]] std::uint64_t area() const;
  [[nodiscard]] Rect bounds() const;

 private:
  void remove(std::size_t index);
  std::size_t take_cheapest_unions(std::span<Rect> unions);
  [[nodiscard]] std::optional<std::size_t> first_overlap(const Rect& piece) const;
  [[nodiscard]] std::optional<std::size_t> exact_neighbour(const Rect& piece) const;

  std::array<Rect, kMaxRects> rects_{};
  std::size_t count_ = 0;
};

}  // namespace pierglass::pixel
