// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/options_input.hpp"

#include <CLI/CLI.hpp>
#include <charconv>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "app/options_words.hpp"
#include "input/motion.hpp"

namespace pierglass::app {
namespace {

using OptionError = CLI::ValidationError;
using input::Motion;

void parse_spice(const std::string& text, InputOptions& options) {
  options.spice = text == "auto" ? SpiceChoice::Auto : SpiceChoice::None;
  if (text == "auto" || text == "none") return;
  auto address = spice::parse_address(text);
  if (!address) {
    throw OptionError("--spice",
                      "'" + text +
                          "' is none of auto, none, /PATH, unix:/PATH and HOST:PORT, where HOST "
                          "is localhost or an address in numbers");
  }
  options.spice = SpiceChoice::At;
  options.spice_address = std::move(*address);
}

input::CaptureWhen parse_capture(const std::string& text) {
  if (text == "manual") return input::CaptureWhen::Manual;
  if (text == "fullscreen") return input::CaptureWhen::Fullscreen;
  if (text == "never") return input::CaptureWhen::Never;
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

// Whether it is accelerated.
bool parse_motion(const std::string& text) {
  if (text == "raw") return false;
  if (text == "accelerated") return true;
  throw OptionError("--motion", "'" + text + "' is none of raw, accelerated");
}

double parse_sensitivity(const std::string& text) {
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, status] = std::from_chars(text.data(), end, number);
  const bool in_range = number >= Motion::kMinSensitivity && number <= Motion::kMaxSensitivity;
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

// The key by itself first: so the complaint is about the right one of the two.
input::Bindings parse_keys(const std::string& trigger, std::vector<std::string> changes) {
  const auto alone = input::Bindings::parse(trigger, {});
  if (!alone) throw OptionError("--capture-key", alone.error() + "; none is for no key");
  std::erase(changes, "");  // how a config file says that there are none
  auto bindings = input::Bindings::parse(trigger, changes);
  if (!bindings) throw OptionError("--bind", bindings.error());
  return *bindings;
}

void add_spice_options(CLI::App& cli, InputOptions& options, InputWords& words) {
  cli.add_option("--spice", words.spice,
                 "Where the virtual machine takes keyboard and mouse: /PATH, unix:/PATH, HOST:PORT "
                 "with localhost or an address in numbers, none, or auto: "
                 "$XDG_RUNTIME_DIR/pierglass/NAME.spice, then 127.0.0.1:5900")
      ->type_name("ADDRESS")
      ->capture_default_str();
  cli.add_option("--spice-password-file", options.spice_password_file,
                 "File with the SPICE password in its first line; else the environment's "
                 "PIERGLASS_SPICE_PASSWORD is used")
      ->type_name("FILE");
}

void add_capture_options(CLI::App& cli, InputWords& words) {
  cli.add_option("--capture", words.capture,
                 "manual, fullscreen (by itself while fullscreen) or never: when keyboard and "
                 "mouse belong to the guest")
      ->type_name("WHEN")
      ->capture_default_str();
  cli.add_option(
         "--capture-key", words.capture_key,
         "Key that captures and releases, and begins key chords: hold it to see them all on "
         "the picture; none: no key")
      ->type_name("KEY")
      ->capture_default_str();
  cli.add_option("--capture-button", words.capture_button,
                 "none, middle, right, side or extra: mouse button that captures and releases")
      ->type_name("BUTTON")
      ->capture_default_str();
  cli.add_option(
         "--bind", words.bindings,
         "What KEY does while the capture key is held: none, or a command of pierglass send "
         "except toggle, show and hide; may be given several times")
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
  cli.add_option(
         "--horizontal-scroll", words.horizontal_scroll,
         "What a sideways turn of the wheel is to the guest, since SPICE has none: shift (the "
         "wheel with Shift, which Windows programs take for it) or off")
      ->type_name("HOW")
      ->capture_default_str();
  cli.add_option("--screenshots", options.screenshots,
                 "Where screenshots go; else the desktop's folder of pictures")
      ->type_name("FOLDER");
}

}  // namespace

void add_input_options(CLI::App& cli, InputOptions& options, InputWords& words) {
  add_spice_options(cli, options, words);
  add_capture_options(cli, words);
  add_motion_options(cli, options, words);
}

void understand(const InputWords& words, InputOptions& options) {
  parse_spice(words.spice, options);
  options.router = {.when = parse_capture(words.capture),
                    .capture_button = parse_button(words.capture_button),
                    .accelerated = parse_motion(words.motion),
                    .sensitivity = parse_sensitivity(words.sensitivity),
                    .bindings = parse_keys(words.capture_key, words.bindings)};
  options.shift_scrolls_sideways = parse_horizontal_scroll(words.horizontal_scroll);
}

}  // namespace pierglass::app
