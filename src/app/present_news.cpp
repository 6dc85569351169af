// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/present_news.hpp"

#include <utility>

namespace pierglass::app {

void PresentNews::add(PresentNews&& later) {
  if (later.placed) placed = later.placed;
  committed += later.committed;
  if (later.screenshot) screenshot = std::move(later.screenshot);
  if (later.pointer_image) pointer_image = std::move(later.pointer_image);
  pointer_changed |= later.pointer_changed;
  if (later.path) path = later.path;
  if (later.tearing) tearing = later.tearing;
  if (later.unmapped) unmapped = later.unmapped;
}

}  // namespace pierglass::app
