// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <windows.h>

#include <optional>
#include <string>

#include "base/geometry.hpp"

namespace pierglass::guest {

// What is captured at the moment.
struct GdiArea {
  HWND window = nullptr;  // null: the whole desktop
  Point origin;           // of the picture, in desktop coordinates
  Size size;              // 0×0 for a minimised window
};

// The visible top-level window whose title contains `title` (UTF-8, case matters); null: none.
HWND find_window(const std::string& title);

// All monitors together, or the client area of `window`. Nothing when the window is gone.
std::optional<GdiArea> current_area(HWND window);

}  // namespace pierglass::guest
