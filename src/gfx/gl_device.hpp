// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <memory>
#include <string>

#include "gfx/egl.hpp"
#include "gfx/gbm_memory.hpp"

struct wl_display;

namespace pierglass::gfx {

// What GL draws with. Members end in the order that EGL needs.
struct GlDevice {
  std::shared_ptr<GbmDevice> gbm;  // that the display is of; null: the display is the connection's
  EglDisplay display;
  EGLConfig config = nullptr;
  EglContext context;

  // An EGL window of the connection can be made.
  [[nodiscard]] bool has_windows() const { return gbm == nullptr; }
  // Without any window. Unsupported.
  [[nodiscard]] Result<void> make_current() const;
  // Of the GPU that draws; empty: the driver does not say, or no GPU does.
  [[nodiscard]] std::string render_node() const;
};

// What the driver takes on that connection: the compositor's GPU, unless its own settings say
// otherwise. Unsupported or OsCall (EGL).
Result<GlDevice> open_connection_device(wl_display* connection);

// A certain GPU, whichever the compositor draws with. As open_gbm_device() or as above.
Result<GlDevice> open_node_device(const std::string& render_node);

}  // namespace pierglass::gfx
