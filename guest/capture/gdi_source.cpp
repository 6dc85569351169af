// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/capture/gdi_source.hpp"

#include <utility>

#include "guest/core/tile_differ.hpp"

namespace pierglass::guest {
namespace {

constexpr std::uint32_t kBytesPerPixel = 4;

}  // namespace

Result<std::unique_ptr<GdiSource>> GdiSource::create(const std::string& window) {
  const HWND found = window.empty() ? nullptr : find_window(window);
  if (!window.empty() && found == nullptr) return fail(ErrorCode::NotFound, "window");
  const auto area = current_area(found);
  if (!area) return fail(ErrorCode::NotFound, "window");
  std::unique_ptr<GdiSource> source(new GdiSource(window, *area));
  CapturedFrame trial;
  if (source->acquire(HostTime{}, {}, trial) == CaptureOutcome::MustReinit)
    return fail_os(OsErrorKind::Win32, GetLastError(), "BitBlt");
  source->fresh_ = true;  // the trial was shown to nobody
  return source;
}

GdiSource::GdiSource(std::string title, const GdiArea& area)
    : title_(std::move(title)), area_(area) {
  pointer_.set_origin(area_.origin);
}

CaptureOutcome GdiSource::acquire(HostTime, Nanoseconds, CapturedFrame& frame) {
  const HostTime begun = HostClock::now();
  if (!follow_area()) return CaptureOutcome::MustReinit;
  if (area_.size.area() == 0) return CaptureOutcome::NoChange;
  const Canvas& before = canvases_[last_];
  const Canvas& next = canvases_[1 - last_];
  if (!grab(next)) return CaptureOutcome::MustReinit;
  if (fresh_) {
    damage_.set_full(area_.size);
  } else {
    damage_ = differing_tiles(before.image, next.image);
  }
  if (damage_.empty()) return CaptureOutcome::NoChange;
  fresh_ = false;
  last_ = 1 - last_;
  frame.picture = next.image;
  frame.damage = damage_.rects();
  frame.info = {};
  frame.info.capture_ns = wire_nanoseconds(HostClock::now() - begun);
  return CaptureOutcome::Frame;
}

// False when the window is gone or no memory can be had.
bool GdiSource::follow_area() {
  const auto area = current_area(area_.window);
  if (!area) return false;
  // A minimised window has a place far outside, which is nobody's business.
  if (area->size.area() != 0) pointer_.set_origin(area->origin);
  area_ = *area;
  if (area_.size.area() == 0 || canvases_[0].image.size == area_.size) return true;
  return make_canvases(area_.size);
}

bool GdiSource::make_canvases(Size size) {
  fresh_ = true;
  for (Canvas& canvas : canvases_) {
    canvas = {};
    BITMAPINFO format{};
    format.bmiHeader.biSize = sizeof format.bmiHeader;
    format.bmiHeader.biWidth = static_cast<LONG>(size.width);
    format.bmiHeader.biHeight = -static_cast<LONG>(size.height);  // the first row on top
    format.bmiHeader.biPlanes = 1;
    format.bmiHeader.biBitCount = kBytesPerPixel * 8;
    format.bmiHeader.biCompression = BI_RGB;
    void* pixels = nullptr;
    canvas.dc.reset(CreateCompatibleDC(nullptr));
    canvas.bitmap.reset(CreateDIBSection(nullptr, &format, DIB_RGB_COLORS, &pixels, nullptr, 0));
    if (!canvas.dc || !canvas.bitmap) return false;
    SelectObject(canvas.dc.get(), canvas.bitmap.get());
    canvas.image = {.data = static_cast<std::byte*>(pixels),
                    .pitch = size.width * kBytesPerPixel,
                    .size = size,
                    .format = wire::PixelFormat::Xrgb8888};
  }
  return true;
}

// Without CAPTUREBLT: the compositor's picture holds layered windows anyway, and that flag makes
// the pointer flicker.
bool GdiSource::grab(const Canvas& canvas) const {
  const WindowDc source(area_.window);
  if (source.get() == nullptr) return false;
  // A window's own coordinates start at its corner, the desktop's at the primary monitor's.
  const Point from = area_.window == nullptr ? area_.origin : Point{};
  const bool copied =
      BitBlt(canvas.dc.get(), 0, 0, static_cast<int>(area_.size.width),
             static_cast<int>(area_.size.height), source.get(), from.x, from.y, SRCCOPY) != 0;
  GdiFlush();
  return copied;
}

Result<void> GdiSource::reinit() {
  HWND window = nullptr;
  if (!title_.empty()) {
    window = find_window(title_);
    if (window == nullptr) return fail(ErrorCode::Busy, "window");
  }
  const auto area = current_area(window);
  if (!area) return fail(ErrorCode::Busy, "window");
  canvases_ = {};
  area_ = *area;
  pointer_.set_origin(area_.origin);
  return {};
}

void GdiSource::move_pointer(Point frame_position) {
  const Point corner = pointer_.origin();
  SetCursorPos(corner.x + frame_position.x, corner.y + frame_position.y);
}

}  // namespace pierglass::guest
