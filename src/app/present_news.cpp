// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/present_news.hpp"

#include <utility>

namespace pierglass::app {

const char* name(PixelPath path) {
  switch (path) {
    case PixelPath::Copy:
      return "copy";
    case PixelPath::Direct:
      return "direct";
    case PixelPath::Import:
      return "import";
    case PixelPath::Scanout:
      return "scanout";
  }
  return "unknown";
}

const char* describe(PixelPath path) {
  switch (path) {
    case PixelPath::Copy:
      return "copied";
    case PixelPath::Direct:
      return "the guest's memory itself";
    case PixelPath::Import:
      return "the guest's memory itself, sampled by the GPU";
    case PixelPath::Scanout:
      return "the guest's memory itself, as dma-bufs";
  }
  return "unknown";
}

void PresentNews::add(PresentNews&& later) {
  if (later.placed) placed = later.placed;
  committed += later.committed;
  if (later.screenshot) screenshot = std::move(later.screenshot);
  if (later.pointer_image) pointer_image = std::move(later.pointer_image);
  pointer_changed |= later.pointer_changed;
  if (later.path) path = later.path;
  if (later.output) output = std::move(later.output);
  if (later.renderer) renderer = std::move(later.renderer);
  if (later.path_refusal) path_refusal = std::move(later.path_refusal);
  if (later.tearing) tearing = later.tearing;
  if (later.unmapped) unmapped = later.unmapped;
}

}  // namespace pierglass::app
