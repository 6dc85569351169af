// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/options_input.hpp"

#include <CLI/CLI.hpp>
#include <charconv>
#include <system_error>

#include "app/options_words.hpp"

namespace pierglass::app {
namespace {

using OptionError = CLI::ValidationError;

constexpr double kMinSensitivity = 0.01;
constexpr double kMaxSensitivity = 100;

CaptureChoice parse_capture(const std::string& text) {
  if (text == "manual") return CaptureChoice::Manual;
  if (text == "fullscreen") return CaptureChoice::Fullscreen;
  if (text == "never") return CaptureChoice::Never;
  throw OptionError("--capture", "'" + text + "' is none of manual, fullscreen, never");
}

std::optional<input::Button> parse_button(const std::string& text) {
  if (text == "none") return std::nullopt;
  if (text == "middle") return input::Button::Middle;
  if (text == "right") return input::Button::Right;
  if (text == "side") return input::Button::Side;
  if (text == "extra") return input::Button::Extra;
  throw OptionError("--capture-button",
                    "'" + text + "' is none of none, middle, right, side, extra");
}

MotionChoice parse_motion(const std::string& text) {
  if (text == "raw") return MotionChoice::Raw;
  if (text == "accelerated") return MotionChoice::Accelerated;
  throw OptionError("--motion", "'" + text + "' is none of raw, accelerated");
}

double parse_sensitivity(const std::string& text) {
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, status] = std::from_chars(text.data(), end, number);
  const bool in_range = number >= kMinSensitivity && number <= kMaxSensitivity;
  if (status != std::errc() || rest != end || !in_range) {
    throw OptionError("--sensitivity", "'" + text + "' is not a number from 0.01 to 100");
  }
  return number;
}

bool parse_horizontal_scroll(const std::string& text) {
  if (text == "shift") return true;
  if (text == "off") return false;
  throw OptionError("--horizontal-scroll", "'" + text + "' is none of shift, off");
}

void check_binding(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == 0 || equals >= text.size() - 1) {
    throw OptionError("--bind", "'" + text + "' is not a KEY=COMMAND such as f=toggle-fullscreen");
  }
}

void add_spice_options(CLI::App& cli, InputOptions& options) {
  cli.add_option("--spice", options.spice,
                 "Where the virtual machine takes keyboard and mouse: PATH, unix:PATH, HOST:PORT, "
                 "none, or auto: $XDG_RUNTIME_DIR/pierglass/NAME.spice, then 127.0.0.1:5900")
      ->type_name("ADDRESS")
      ->capture_default_str();
  cli.add_option("--spice-password-file", options.spice_password_file,
                 "File with the SPICE password in its first line; else the environment's "
                 "PIERGLASS_SPICE_PASSWORD is used")
      ->type_name("FILE");
}

void add_capture_options(CLI::App& cli, InputOptions& options, InputWords& words) {
  cli.add_option("--capture", words.capture,
                 "manual, fullscreen (by itself while fullscreen) or never: when keyboard and "
                 "mouse belong to the guest")
      ->type_name("WHEN")
      ->capture_default_str();
  cli.add_option("--capture-key", options.capture_key,
                 "Key that captures and releases, and begins key chords; none: no key")
      ->type_name("KEY")
      ->capture_default_str();
  cli.add_option("--capture-button", words.capture_button,
                 "none, middle, right, side or extra: mouse button that captures and releases")
      ->type_name("BUTTON")
      ->capture_default_str();
  cli.add_option("--bind", options.bindings,
                 "What KEY does while the capture key is held; may be given several times")
      ->type_name("KEY=COMMAND")
      ->allow_extra_args(false);
}

void add_motion_options(CLI::App& cli, InputOptions& options, InputWords& words) {
  cli.add_option("--motion", words.motion,
                 "raw or accelerated: how far a captured mouse moves, by itself or by the "
                 "desktop's settings")
      ->type_name("KIND")
      ->capture_default_str();
  cli.add_option("--sensitivity", words.sensitivity, "Multiplies that way, 0.01 to 100")
      ->type_name("NUMBER")
      ->capture_default_str();
  cli.add_option("--horizontal-scroll", words.horizontal_scroll,
                 "shift or off: whether the wheel scrolls sideways while Shift is down")
      ->type_name("HOW")
      ->capture_default_str();
  cli.add_option("--screenshots", options.screenshots,
                 "Where screenshots go; else the desktop's folder of pictures")
      ->type_name("FOLDER");
}

}  // namespace

void add_input_options(CLI::App& cli, InputOptions& options, InputWords& words) {
  add_spice_options(cli, options);
  add_capture_options(cli, options, words);
  add_motion_options(cli, options, words);
}

void understand(const InputWords& words, InputOptions& options) {
  options.capture = parse_capture(words.capture);
  options.capture_button = parse_button(words.capture_button);
  options.motion = parse_motion(words.motion);
  options.sensitivity = parse_sensitivity(words.sensitivity);
  options.shift_scrolls_sideways = parse_horizontal_scroll(words.horizontal_scroll);
  if (options.spice.empty()) {
    throw OptionError("--spice", "'' is none of auto, none, PATH, unix:PATH, HOST:PORT");
  }
  if (options.capture_key.empty()) {
    throw OptionError("--capture-key", "'' is not a key's name; none is for no key");
  }
  std::erase(options.bindings, "");  // how a config file says that there are none
  for (const std::string& binding : options.bindings) check_binding(binding);
}

}  // namespace pierglass::app
