// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/geometry.hpp"
#include "pixel/image.hpp"

namespace pierglass::pixel {

// The largest rectangle of `picture`'s aspect centred in `window`; exactly the window when the
// aspects agree to within a pixel. The rest is for black bars. Empty when either is empty.
Rect fit_rect(Size picture, Size window);

// Scales all of `from` to the rectangle `into` of `to`, writing only inside `clip`; both Xrgb8888.
// Bilinear with pixel centres at +0.5 and edges clamped, as GL_LINEAR samples; 1:1 is exact.
void scale_bilinear(const Image& to, const Rect& into, const ConstImage& from, const Rect& clip);

// Where the source rectangle `source` of a picture lands when that is drawn into `into`, rounded
// outwards by the filter's reach: redrawing this is enough when only `source` changed.
Rect scaled_damage(const Rect& source, Size picture, const Rect& into);

}  // namespace pierglass::pixel
