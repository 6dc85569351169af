// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/geometry.hpp"
#include "pixel/filter.hpp"
#include "pixel/image.hpp"

namespace pierglass::pixel {

// Samplings that look at two neighbours on each axis at most: Nearest, Bilinear, Sharp. Allocates
// only when the width of picture or target changes. One thread at a time.
class TwoTapScaler {
 public:
  // As Scaler::scale(); not 1:1.
  void scale(Sampling sampling, const Image& to, const Rect& into, const ConstImage& from,
             const Rect& clip);

 private:
  void plan(Sampling sampling, std::uint32_t from_width, std::uint32_t to_width);
  const std::int16_t* scaled_row(const ConstImage& from, std::uint32_t y, std::uint32_t first,
                                 std::uint32_t count);

  Sampling sampling_ = Sampling::Bilinear;
  std::uint32_t from_width_ = 0;
  std::uint32_t to_width_ = 0;
  // For each target column: the left source column, and both weights (see scale_kernels.hpp).
  std::vector<std::uint32_t> columns_;
  std::vector<std::uint32_t> weights_;
  // The two source rows in use, scaled to the target's width; y & 1 chooses.
  std::array<std::vector<std::int16_t>, 2> rows_;
  std::array<std::uint64_t, 2> row_of_{};  // source row + 1; 0: none
};

}  // namespace pierglass::pixel
