// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/options_input.hpp"
#include "base/geometry.hpp"
#include "gfx/output_wish.hpp"
#include "pace/present_policy.hpp"
#include "pixel/filter.hpp"

namespace pierglass::app {

enum class SourceChoice : std::uint8_t { Auto, Pierglass, LookingGlass };
enum class RendererChoice : std::uint8_t { Auto, Gl, Shm };

// How pixels come from the guest's memory to the compositor.
enum class PathChoice : std::uint8_t {
  Auto,     // Import with GL; else Direct where nobody can cut the memory off
  Copy,     // through buffers of our own
  Direct,   // the compositor reads the memory itself, wherever that shows the same
  Import,   // the GPU reads the memory itself, wherever that was seen to show the same; with GL
  Scanout,  // the slots as dma-bufs, which a screen may show; where they are refused, as Auto
};

// Everything the user can decide, after command line and config file.
struct Options {
  std::string name;    // of the instance: is_vm_name(); never empty
  std::string memory;  // path, or "unix:" and a broker's socket or name; empty: the usual places
  SourceChoice source = SourceChoice::Auto;
  std::uint64_t memory_size = 0;  // bytes; 0: the file must exist; always with a broker
  std::string output;             // empty: the compositor chooses
  bool windowed = false;
  Size window_size{1280, 720};  // logical pixels
  RendererChoice renderer = RendererChoice::Auto;
  gfx::OutputWish output_wish;         // with GL
  PathChoice path = PathChoice::Auto;  // Direct, Scanout: never with Gl; Import: never with Shm
  pixel::Filter filter = pixel::Filter::Auto;
  pace::PolicyChoice present = pace::PolicyChoice::Auto;
  bool tearing = false;  // pictures may be shown torn, as soon as they come
  bool doorbell = true;  // sleep until the guest rings, where it does
  bool stats = false;
  std::string frame_log;  // path; empty: none
  std::string log_level = "info";
  InputOptions input;
};

enum class Action : std::uint8_t {
  Run,     // pierglass
  Toggle,  // pierglass toggle: the running one, or start
  Send,    // pierglass send COMMAND...: the running one only
};

// What parsing ended with: options to run with, or an exit status because everything was said
// already (help, version, print-config, vm-xml, a usage error on stderr).
struct ParsedOptions {
  std::optional<Options> options;
  Action action = Action::Run;
  std::vector<std::string> commands;  // of Send, in order; each is one of verbs.hpp
  int exit_status = 0;
};

// Reads the command line over the config file ($XDG_CONFIG_HOME/pierglass/config, or --config).
// CLI11 throws inside; nothing leaves here.
ParsedOptions parse_options(int argc, char** argv);

}  // namespace pierglass::app
