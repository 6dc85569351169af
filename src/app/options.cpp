// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/options.hpp"

#include <CLI/CLI.hpp>
#include <bit>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "app/open_source.hpp"
#include "app/version.hpp"

namespace pierglass::app {
namespace {

constexpr int kUsageError = 2;
constexpr std::uint32_t kMaxWindowSide = 16384;
constexpr std::uint64_t kMinMemory = std::uint64_t{8} << 20;
constexpr std::uint64_t kMaxMemory = std::uint64_t{1} << 40;
constexpr std::size_t kHelpColumn = 34;

std::string default_config_path() {
  const char* xdg = std::getenv("XDG_CONFIG_HOME");
  if (xdg != nullptr && xdg[0] == '/') return std::string(xdg) + "/pierglass/config";
  const char* home = std::getenv("HOME");
  return home != nullptr ? std::string(home) + "/.config/pierglass/config" : std::string();
}

using OptionError = CLI::ValidationError;

// "1920x1080"
Size parse_size(const std::string& text) {
  Size size;
  char rest = 0;
  const int got = std::sscanf(text.c_str(), "%5ux%5u%c", &size.width, &size.height, &rest);
  if (got != 2 || size.width == 0 || size.height == 0 || size.width > kMaxWindowSide ||
      size.height > kMaxWindowSide) {
    throw OptionError("--size", "'" + text + "' is not a size such as 1280x720");
  }
  return size;
}

// "64M", "65536K", "67108864": a power of two, as an ivshmem device's memory must be; empty: 0.
std::uint64_t parse_bytes(const std::string& text) {
  if (text.empty()) return 0;
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, status] = std::from_chars(text.data(), end, number);
  const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  static constexpr std::string_view kUnits = "KMG";
  const std::size_t power = unit.empty() ? 0 : kUnits.find(unit[0]) + 1;
  const bool known = unit.empty() || (unit.size() == 1 && power != 0);
  if (status != std::errc() || !known || number > kMaxMemory >> (10 * power)) {
    throw OptionError("--memory-size", "'" + text + "' is not a size such as 64M");
  }
  const std::uint64_t bytes = number << (10 * power);
  if (bytes < kMinMemory || !std::has_single_bit(bytes)) {
    throw OptionError("--memory-size", "'" + text + "' is not a power of two from 8M on");
  }
  return bytes;
}

SourceChoice parse_source(const std::string& text) {
  if (text == "auto") return SourceChoice::Auto;
  if (text == "pierglass") return SourceChoice::Pierglass;
  if (text == "looking-glass") return SourceChoice::LookingGlass;
  throw OptionError("--source", "'" + text + "' is none of auto, pierglass, looking-glass");
}

RendererChoice parse_renderer(const std::string& text) {
  if (text == "auto") return RendererChoice::Auto;
  if (text == "gl") return RendererChoice::Gl;
  if (text == "shm") return RendererChoice::Shm;
  throw OptionError("--renderer", "'" + text + "' is none of auto, gl, shm");
}

void check_level(const std::string& text) {
  for (const char* level : {"error", "warn", "info", "debug"}) {
    if (text == level) return;
  }
  throw OptionError("--log-level", "'" + text + "' is none of error, warn, info, debug");
}

// "A, B or C"
std::string usual_places() {
  const MemoryPlaces places = usual_memory_places();
  return places[0] + ", " + places[1] + " or " + places[2];
}

enum class ConfigFile : std::uint8_t { Read, Ignore };

struct Parser {
  Options options;
  std::string size = "1280x720";
  std::string memory_size;
  std::string source = "auto";
  std::string renderer = "auto";
  bool print_config = false;
  CLI::App cli{"Shows the screen of a Windows virtual machine out of shared memory.", "pierglass"};
  CLI::Option* config = nullptr;

  explicit Parser(ConfigFile use) {
    cli.set_version_flag("--version", std::string("pierglass ") + kVersion);
    config = cli.set_config("--config", use == ConfigFile::Read ? default_config_path() : "",
                            "Config file: lines of option=value");
    cli.allow_config_extras(use == ConfigFile::Read ? CLI::config_extras_mode::error
                                                    : CLI::config_extras_mode::ignore);
    cli.get_formatter()->column_width(kHelpColumn);
    add_memory_options();
    add_window_options();
    add_diagnostic_options();
  }

  void add_memory_options() {
    cli.add_option("--memory", options.memory,
                   "File or kvmfr device that the virtual machine shares its memory in; else the "
                   "first with a guest's pictures, or else the first there is, of " +
                       usual_places())
        ->type_name("PATH");
    cli.add_option("--source", source,
                   "auto, pierglass or looking-glass: whose pictures the memory holds")
        ->type_name("NAME")
        ->capture_default_str();
    cli.add_option("--memory-size", memory_size,
                   "Create the file with this size (64M) when it is missing")
        ->type_name("BYTES");
  }

  void add_window_options() {
    cli.add_option("--output", options.output, "Output to be fullscreen on (DP-1)")
        ->type_name("NAME");
    cli.add_flag("--windowed", options.windowed, "Open a window instead of going fullscreen");
    cli.add_option("--size", size, "Initial size of the window, logical pixels")
        ->type_name("WxH")
        ->capture_default_str();
    cli.add_option("--renderer", renderer,
                   "auto, gl or shm; auto is gl, or shm where only a software rasteriser is found")
        ->type_name("NAME")
        ->capture_default_str();
  }

  void add_diagnostic_options() {
    cli.add_flag(
        "--stats", options.stats,
        "Print a JSON line of counts, times and what the guest tells of itself every second");
    cli.add_option("--frame-log", options.frame_log, "Write a JSON line per shown frame to FILE")
        ->type_name("FILE");
    cli.add_option("--log-level", options.log_level, "error, warn, info or debug, on stderr")
        ->type_name("LEVEL")
        ->capture_default_str();
    cli.add_flag("--print-config", print_config, "Print the effective configuration and exit")
        ->configurable(false);
  }

  void parse(int argc, char** argv) {
    cli.parse(argc, argv);
    options.window_size = parse_size(size);
    options.memory_size = parse_bytes(memory_size);
    options.source = parse_source(source);
    options.renderer = parse_renderer(renderer);
    check_level(options.log_level);
  }
};

bool command_line_alone_is_good(int argc, char** argv) {
  // The same options once more, with a config file that says nothing.
  std::vector<std::string> arguments;
  for (int i = argc - 1; i > 0; --i) {
    const std::string argument = argv[i];
    if (argument == "--config" && !arguments.empty()) {
      arguments.pop_back();
    } else if (!argument.starts_with("--config=")) {
      arguments.push_back(argument);
    }
  }
  Parser parser(ConfigFile::Ignore);
  try {
    parser.cli.parse(std::move(arguments));
    parse_size(parser.size);
    parse_bytes(parser.memory_size);
    parse_source(parser.source);
    parse_renderer(parser.renderer);
    check_level(parser.options.log_level);
  } catch (const CLI::ParseError&) {
    return false;
  }
  return true;
}

// What CLI11 complained about, without its own preamble.
std::string complaint(const CLI::ParseError& error) {
  std::string text = error.what();
  for (const std::string_view preamble : {"INI was not able to parse ", "Could not convert: "}) {
    if (text.starts_with(preamble))
      return "'" + text.substr(preamble.size()) + "' is not understood";
  }
  return text;
}

// The first line of the file that sets what the complaint names; 0 when none does.
int line_of(const std::string& path, const std::string& what) {
  std::ifstream file(path);
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    const std::string key = CLI::detail::trim_copy(line.substr(0, line.find('=')));
    if (!key.empty() && what.find(key) != std::string::npos) return number;
  }
  return 0;
}

int report(const Parser& parser, const CLI::ParseError& error, int argc, char** argv) {
  if (error.get_exit_code() == 0) return parser.cli.exit(error);  // --help, --version
  const std::string what = complaint(error);
  std::string path;
  if (parser.config->count() != 0) path = parser.config->results().back();
  if (path.empty()) path = default_config_path();
  std::error_code unreadable;
  if (std::filesystem::exists(path, unreadable) && command_line_alone_is_good(argc, argv)) {
    std::fprintf(stderr, "pierglass: config file %s, line %d: %s; mend or remove that line\n",
                 path.c_str(), line_of(path, what), what.c_str());
  } else {
    std::fprintf(stderr, "pierglass: %s; see pierglass --help\n", what.c_str());
  }
  return kUsageError;
}

}  // namespace

ParsedOptions parse_options(int argc, char** argv) {
  Parser parser(ConfigFile::Read);
  try {
    parser.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return {.options = {}, .exit_status = report(parser, error, argc, argv)};
  }
  if (parser.print_config) {
    std::cout << parser.cli.config_to_str(true, true);
    return {};
  }
  return {.options = parser.options};
}

}  // namespace pierglass::app
