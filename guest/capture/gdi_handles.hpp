// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <windows.h>

#include "base/handle.hpp"

namespace pierglass::guest {

struct MemoryDcTraits {
  using Value = HDC;
  static Value invalid() { return nullptr; }
  static void close(Value dc) noexcept { DeleteDC(dc); }
};
using MemoryDc = Handle<MemoryDcTraits>;

struct BitmapTraits {
  using Value = HBITMAP;
  static Value invalid() { return nullptr; }
  static void close(Value bitmap) noexcept { DeleteObject(bitmap); }
};
using Bitmap = Handle<BitmapTraits>;

// A window's client area or, for a null window, the screen, for drawing; given back at the end.
class WindowDc {
 public:
  explicit WindowDc(HWND window) : window_(window), dc_(GetDC(window)) {}
  WindowDc(const WindowDc&) = delete;
  WindowDc& operator=(const WindowDc&) = delete;
  ~WindowDc() {
    if (dc_ != nullptr) ReleaseDC(window_, dc_);
  }
  [[nodiscard]] HDC get() const { return dc_; }

 private:
  HWND window_;
  HDC dc_;
};

}  // namespace pierglass::guest
