// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/geometry.hpp"
#include "tests/support/lab.hpp"
#include "tests/support/output_setting.hpp"
#include "tests/support/process.hpp"
#include "tests/support/screenshot.hpp"

namespace pierglass::test {

// GNOME's compositor without the shell, on a bus of its own, without hardware: one output, and a
// keyboard and a mouse that mutter's remote desktop makes. Gone when this is destroyed. Throws
// std::runtime_error when something refuses. One thread.
class HeadlessMutter {
 public:
  HeadlessMutter(Lab& lab, Size output);  // returns once clients can connect
  HeadlessMutter(const HeadlessMutter&) = delete;
  HeadlessMutter& operator=(const HeadlessMutter&) = delete;
  ~HeadlessMutter();

  // What a client's WAYLAND_DISPLAY must be.
  [[nodiscard]] const std::filesystem::path& display() const { return display_; }

  // Each returns when mutter has taken it.
  void key(std::uint32_t code, bool down);       // Linux KEY_*
  void button(std::uint32_t button, bool down);  // Linux BTN_*
  void move(double dx, double dy);               // logical pixels

  // Scale and transform of the output; of its mode nothing changes. mutter takes scales by which
  // both sides of the mode can be divided, if 800x480 are left.
  void set_output(const OutputSetting& setting);

  // What the output shows, in its pixels as the user sees them, which must be `upright`. Starts
  // PipeWire on first use.
  Picture screenshot(Size upright);

 private:
  struct Session;

  [[nodiscard]] Command bus_command();
  [[nodiscard]] Command mutter_command(Size output);

  Lab& lab_;
  std::filesystem::path bus_;
  std::filesystem::path display_;
  std::optional<Process> bus_process_;
  std::optional<Process> process_;
  std::unique_ptr<Session> session_;
};

}  // namespace pierglass::test
