// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <windows.h>

#include <mutex>
#include <optional>

#include "guest/capture/pointer_settings.hpp"
#include "guest/core/capture_source.hpp"
#include "guest/core/cursor_shape.hpp"
#include "guest/core/desktop_place.hpp"

namespace pierglass::guest {

// The pointer as desktop duplication tells of it between two looks: the capture thread puts it in,
// the pointer thread takes it out. The lock is held for a few words at a time, never while a
// picture is copied.
class DxgiPointer final : public PointerSource {
 public:
  DxgiPointer();

  // ---- capture thread ----

  struct Place {
    Point corner;  // of the shape's picture, in pixels of the upright frame; meant while visible
    bool visible = false;
  };
  struct News {
    CursorShape* shape = nullptr;  // null: as it was. What it holds is taken; memory is left there
    std::optional<Place> place;    // nothing: as it was
  };
  // Shape and place of one look appear together: they belong together by the hot spot.
  void take(const News& news);
  // How corners become places in frames. The shape keeps its own size.
  void set_scale(const PictureScale& scale);

  // ---- pointer thread ----

  PointerUpdate poll(HostTime now) override;
  bool wake_on_news(Waiter* waiter) override;

 private:
  void wake();  // under the lock

  std::mutex mutex_;
  // Under it:
  Waiter* waiter_ = nullptr;
  Point corner_;
  bool visible_ = false;
  bool reshaped_ = false;
  CursorShape newest_;
  PictureScale scale_;

  // Pointer thread:
  PointerSettings settings_;
  CursorShape shown_;
  ring::CursorState state_;
  bool told_ = false;
};

}  // namespace pierglass::guest
