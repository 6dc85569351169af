// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "app/options_input.hpp"

namespace CLI {
class App;
}

namespace pierglass::app {

// What was written about keyboard and mouse, before it is understood.
struct InputWords {
  std::string spice = "auto";
  std::string capture = "manual";
  std::string capture_key = "rightctrl";
  std::vector<std::string> bindings;  // KEY=COMMAND each
  std::string capture_button = "none";
  std::string motion = "raw";
  std::string sensitivity = "1";
  std::string horizontal_scroll = "shift";
};

// Makes `cli` fill both.
void add_input_options(CLI::App& cli, InputOptions& options, InputWords& words);

// Turns the words into options. Throws CLI::ValidationError.
void understand(const InputWords& words, InputOptions& options);

}  // namespace pierglass::app
