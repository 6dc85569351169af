// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <windows.h>

#include <atomic>
#include <cstdint>

#include "guest/capture/gdi_cursor.hpp"
#include "guest/capture/gdi_handles.hpp"
#include "guest/capture/pointer_settings.hpp"
#include "guest/core/capture_source.hpp"

namespace pierglass::guest {

// The pointer as Windows shows it, relative to the captured area. The shape is read again only when
// the cursor handle changes, so that an animated cursor shows its first picture.
class GdiPointer final : public PointerSource {
 public:
  GdiPointer();

  PointerUpdate poll(HostTime now) override;

  // The top left corner of the captured area on the desktop. Any thread.
  void set_origin(Point origin);
  [[nodiscard]] Point origin() const;

 private:
  void read_shape(PointerUpdate& update);

  MemoryDc dc_;
  std::atomic<std::uint64_t> origin_{0};  // x, y as two 32-bit halves
  HCURSOR cursor_ = nullptr;
  ring::CursorState state_;
  bool told_ = false;
  PointerSettings settings_;
  CursorShape shape_;
};

}  // namespace pierglass::guest
