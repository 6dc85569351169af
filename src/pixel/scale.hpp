// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/geometry.hpp"
#include "pixel/image.hpp"

namespace pierglass::pixel {

// The largest rectangle of `picture`'s aspect centred in `window`; exactly the window when the
// aspects agree to within a pixel. The rest is for black bars. Empty when either is empty.
Rect fit_rect(Size picture, Size window);

// Scales pictures in software; bilinear with pixel centres at +0.5 and edges clamped, as GL_LINEAR
// samples, rounded to nearest; 1:1 is exact. Keeps its tables: allocates only when the size of the
// picture or of the target changes. One thread at a time.
class BilinearScaler {
 public:
  // Scales all of `from` to the rectangle `into` of `to`, writing only inside `clip`; both
  // Xrgb8888. `into` lies inside `to`. `from` may change while it is read.
  void scale(const Image& to, const Rect& into, const ConstImage& from, const Rect& clip);

 private:
  void plan(std::uint32_t from_width, std::uint32_t to_width);
  const std::int16_t* scaled_row(const ConstImage& from, std::uint32_t y, std::uint32_t first,
                                 std::uint32_t count);

  std::uint32_t from_width_ = 0;
  std::uint32_t to_width_ = 0;
  // For each target column: the left source column, and both weights (see scale_kernels.hpp).
  std::vector<std::uint32_t> columns_;
  std::vector<std::uint32_t> weights_;
  // The two source rows in use, scaled to the target's width; y & 1 chooses.
  std::array<std::vector<std::int16_t>, 2> rows_;
  std::array<std::uint64_t, 2> row_of_{};  // source row + 1; 0: none
};

// Where the source rectangle `source` of a picture lands when that is drawn into `into`, rounded
// outwards by the filter's reach: redrawing this is enough when only `source` changed. At 1:1 it is
// the source itself, moved.
Rect scaled_damage(const Rect& source, Size picture, const Rect& into);

}  // namespace pierglass::pixel
