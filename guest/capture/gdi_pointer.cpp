// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/capture/gdi_pointer.hpp"

#include <utility>

namespace pierglass::guest {
GdiPointer::GdiPointer() : dc_(CreateCompatibleDC(nullptr)) {}

void GdiPointer::set_origin(Point origin) {
  origin_.store(std::uint64_t{static_cast<std::uint32_t>(origin.x)} << 32 |
                    static_cast<std::uint32_t>(origin.y),
                std::memory_order_relaxed);
}

Point GdiPointer::origin() const {
  const std::uint64_t packed = origin_.load(std::memory_order_relaxed);
  return {static_cast<std::int32_t>(packed >> 32), static_cast<std::int32_t>(packed)};
}

PointerUpdate GdiPointer::poll(HostTime now) {
  PointerUpdate update;
  CURSORINFO info{};
  info.cbSize = sizeof info;
  if (!GetCursorInfo(&info)) return update;
  // A hidden pointer has no shape; the last one stays.
  if (info.hCursor != nullptr && info.hCursor != cursor_) {
    cursor_ = info.hCursor;
    read_shape(update);
  }
  const Point corner = origin();
  ring::CursorState state = state_;
  // GetCursorInfo gives the hot spot.
  state.position = {info.ptScreenPos.x - corner.x, info.ptScreenPos.y - corner.y};
  state.visible = (info.flags & CURSOR_SHOWING) != 0;
  settings_.read(state, now);
  update.moved = !told_ || !same(state, state_);
  update.state = state;
  state_ = state;
  told_ = true;
  return update;
}

void GdiPointer::read_shape(PointerUpdate& update) {
  auto shape = read_cursor(dc_.get(), cursor_);
  // Wine keeps cursors to the program that made them: the arrow stands for another's.
  if (!shape) shape = read_cursor(dc_.get(), LoadCursorW(nullptr, IDC_ARROW));
  if (!shape) return;
  shape_ = std::move(*shape);
  update.reshaped = true;
  update.shape = shape_.info;
  update.image = shape_.image;
}

}  // namespace pierglass::guest
