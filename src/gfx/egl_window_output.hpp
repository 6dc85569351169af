// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <memory>

#include "gfx/egl.hpp"
#include "gfx/gl_output.hpp"

struct wl_display;
struct wl_surface;

namespace pierglass::gfx {

// What an EGL window needs. Borrowed; all must outlive it.
struct EglWindowParts {
  wl_display* connection = nullptr;
  wl_surface* surface = nullptr;
  EGLDisplay display = nullptr;  // of that connection
  EGLConfig config = nullptr;
  EGLContext context = nullptr;
};

// An EGL window surface at swap interval 0, whose buffers and commits are the driver's. The context
// is current with it from now on, and with nothing after its end. One pixel large until resize().
// OsCall.
Result<std::unique_ptr<GlOutput>> make_egl_window_output(const EglWindowParts& parts);

}  // namespace pierglass::gfx
