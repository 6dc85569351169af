// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <filesystem>
#include <string>

#include "base/geometry.hpp"
#include "tests/support/lab.hpp"
#include "tests/support/process.hpp"

namespace pierglass::test {

// A Sway of our own without hardware: one output HEADLESS-1, drawn by the processor. It has gone,
// with its clients, when this is destroyed.
class HeadlessSway {
 public:
  HeadlessSway(Lab& lab, Size output);  // returns once clients can connect; throws otherwise

  // What a client's WAYLAND_DISPLAY must be: an absolute path, valid for any user who may enter.
  [[nodiscard]] const std::filesystem::path& display() const { return display_; }
  [[nodiscard]] Process& process() { return process_; }

  // Any command of sway(5); throws when Sway refuses it.
  void message(const std::string& command);
  [[nodiscard]] std::string query(const std::string& type);  // JSON

  void set_resolution(Size output);

 private:
  Finished swaymsg(std::vector<std::string> arguments);

  Lab& lab_;
  std::filesystem::path display_;
  std::filesystem::path socket_;
  Process process_;
};

}  // namespace pierglass::test
