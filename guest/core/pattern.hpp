// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "guest/core/pattern_pixel.hpp"
#include "pixel/damage_region.hpp"
#include "pixel/image.hpp"

namespace pierglass::guest {

// Draws pattern_pixel() into pictures of any format. Keeps its tables between calls, so that a
// frame of unchanged size allocates nothing. One thread.
class PatternRenderer {
 public:
  // Draws `rects` of frame `frame`; rects lie inside spec.size, which is target's size.
  void render(const pixel::Image& target, const PatternSpec& spec, std::uint64_t frame,
              std::span<const Rect> rects);

 private:
  void prepare(const PatternSpec& spec, std::uint64_t phase);
  void draw_row(std::uint32_t* row, const PatternSpec& spec, std::uint64_t frame,
                const Rect& span) const;

  PatternSpec spec_;
  std::uint64_t phase_ = 0;
  std::vector<std::uint32_t> columns_;
  std::vector<std::uint32_t> scratch_;  // one row, for formats that need conversion
};

// What frame `to` shows differently from frame `from`, of the same spec.
pixel::DamageRegion pattern_damage(const PatternSpec& spec, std::uint64_t from, std::uint64_t to);

// The frame number (modulo 2^32) that an Xrgb8888 picture shows in its top left corner. Nothing
// when there is none: a cell is neither black nor white, or the check fails. Tolerates 31/255.
std::optional<std::uint32_t> decode_frame_number(const pixel::ConstImage& picture);

}  // namespace pierglass::guest
