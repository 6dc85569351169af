// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/geometry.hpp"
#include "pixel/filter.hpp"
#include "pixel/image.hpp"
#include "pixel/lanczos_scaler.hpp"
#include "pixel/two_tap_scaler.hpp"

namespace pierglass::pixel {

// The largest rectangle of `picture`'s aspect centred in `window`; exactly the window when the
// aspects agree to within a pixel. The rest is for black bars. Empty when either is empty.
Rect fit_rect(Size picture, Size window);

// Scales pictures in software: pixel centres at +0.5, edges clamped, rounded to nearest. Two axes
// one after the other; each value is within one step of the exact sum. Keeps its tables: allocates
// only when sampling or sizes change. One thread at a time.
class Scaler {
 public:
  // Scales all of `from` to the rectangle `into` of `to`, writing only inside `clip`; both
  // Xrgb8888. `into` lies inside `to`. 1:1 is a copy whatever `sampling` says, and nothing else may
  // be Copy. Sharp only enlarges. `from` may change while it is read.
  void scale(Sampling sampling, const Image& to, const Rect& into, const ConstImage& from,
             const Rect& clip);

 private:
  TwoTapScaler two_taps_;
  LanczosScaler lanczos_;
};

// Where the source rectangle `source` of a picture lands when that is drawn into `into`, rounded
// outwards by the sampling's reach: redrawing this is enough when only `source` changed. At 1:1 it
// is the source itself, moved.
Rect scaled_damage(const Rect& source, Size picture, const Rect& into, Sampling sampling);

}  // namespace pierglass::pixel
