// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <memory>
#include <string>

#include "guest/capture/gdi_area.hpp"
#include "guest/capture/gdi_handles.hpp"
#include "guest/capture/gdi_pointer.hpp"
#include "guest/core/capture_source.hpp"
#include "pixel/damage_region.hpp"

namespace pierglass::guest {

// Copies the desktop, or one window's client area, with BitBlt; pictures are compared tile by tile,
// so that damage is true and an unchanged screen is NoChange. Slow and blind for protected content,
// but works everywhere, and under Wine.
class GdiSource final : public CaptureSource {
 public:
  // `window`: part of a title, empty for the desktop. NotFound when no such window is visible;
  // OsCall when its picture cannot be read.
  static Result<std::unique_ptr<GdiSource>> create(const std::string& window);

  // The size of the next picture, 0×0 while minimised.
  [[nodiscard]] Size size() const { return area_.size; }

  CaptureOutcome acquire(HostTime now, Nanoseconds timeout, CapturedFrame& frame) override;
  void release() override {}
  Result<void> reinit() override;
  PointerSource& pointer() override { return pointer_; }
  void move_pointer(Point frame_position) override;
  void request_mode(Size, std::uint32_t) override {}  // the desktop's mode is Windows' affair

 private:
  // A picture that GDI can draw into.
  struct Canvas {
    MemoryDc dc;
    Bitmap bitmap;
    pixel::Image image;
  };

  GdiSource(std::string title, const GdiArea& area);
  bool follow_area();
  bool make_canvases(Size size);
  bool grab(const Canvas& canvas) const;

  const std::string title_;
  GdiArea area_;
  GdiPointer pointer_;
  std::array<Canvas, 2> canvases_;  // the last picture handed out, and the next
  std::size_t last_ = 0;
  bool fresh_ = true;  // no picture of this size was handed out yet
  pixel::DamageRegion damage_;
};

}  // namespace pierglass::guest
