// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "base/geometry.hpp"
#include "pixel/image.hpp"

namespace pierglass::pixel {

// Sampling::Lanczos, first along rows, then along columns. Allocates only when the size of the
// picture or of the target changes. One thread at a time.
class LanczosScaler {
 public:
  // As Scaler::scale(); not 1:1.
  void scale(const Image& to, const Rect& into, const ConstImage& from, const Rect& clip);

 private:
  // An AxisKernel with weights in 1/2^14, which add up to 2^14.
  struct Axis {
    std::uint32_t source = 0;
    std::uint32_t target = 0;
    std::uint32_t taps = 0;
    std::vector<std::uint32_t> first;
    std::vector<std::int16_t> weights;

    // True when it was another before.
    bool plan(std::uint32_t source_length, std::uint32_t target_length);
  };

  void plan(Size from, Size into);
  const std::int16_t* scaled_row(const ConstImage& from, std::uint32_t y, std::uint32_t first,
                                 std::uint32_t count);

  Axis across_;
  Axis down_;
  // The source rows in use, scaled to the target's width, one after the other; row y is in place
  // y % down_.taps.
  std::vector<std::int16_t> rows_;
  std::vector<std::uint64_t> row_of_;        // source row + 1; 0: none
  std::vector<const std::int16_t*> window_;  // the rows that make a target row, from the top
};

}  // namespace pierglass::pixel
