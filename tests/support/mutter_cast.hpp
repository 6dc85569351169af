// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/geometry.hpp"
#include "tests/support/lab.hpp"
#include "tests/support/mutter_bus.hpp"
#include "tests/support/process.hpp"
#include "tests/support/screenshot.hpp"

namespace pierglass::test {

// Screenshots of mutter without the shell: a screen cast of its output, of which GStreamer takes
// the first picture off PipeWire. Needs pipewire, wireplumber and GStreamer's plugin for it.
class MutterCast {
 public:
  // Starts PipeWire in the lab's runtime folder; throws when that fails. `bus` is where `socket`
  // leads to, and outlives this.
  MutterCast(Lab& lab, MutterBus& bus, const std::filesystem::path& socket);

  // Throws unless the picture is `upright`.
  Picture screenshot(Size upright);

 private:
  Command service(const std::string& program);

  Lab& lab_;
  MutterBus& bus_;
  std::string address_;
  std::optional<Process> pipewire_;
  std::optional<Process> wireplumber_;
};

}  // namespace pierglass::test
