// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "input/events.hpp"

namespace pierglass::app {

enum class CaptureChoice : std::uint8_t {
  Manual,      // when a key, a button or a command asks for it
  Fullscreen,  // also by itself while the window is fullscreen and has the focus
  Never,
};
enum class MotionChoice : std::uint8_t { Raw, Accelerated };

// What the user can decide about keyboard and mouse.
struct InputOptions {
  // Where the machine's SPICE server is: "auto" ($XDG_RUNTIME_DIR/pierglass/NAME.spice, then
  // 127.0.0.1:5900), "none", or an address that is not checked here.
  std::string spice = "auto";
  std::string spice_password_file;  // path; empty: see spice_password()
  CaptureChoice capture = CaptureChoice::Manual;
  std::string capture_key = "rightctrl";  // a key's name or "none", not checked here
  std::optional<input::Button> capture_button;
  std::vector<std::string> bindings;  // KEY=COMMAND each; only the "=" is checked here
  MotionChoice motion = MotionChoice::Raw;
  double sensitivity = 1;              // 0.01 to 100
  bool shift_scrolls_sideways = true;  // the wheel, while Shift is down
  std::string screenshots;             // folder; empty: see screenshot_folder()
};

}  // namespace pierglass::app
