// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <bit>
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

#include "app/open_broker.hpp"
#include "app/open_source.hpp"
#include "app/options_words.hpp"
#include "app/verbs.hpp"
#include "app/version.hpp"
#include "app/vm_xml.hpp"
#include "base/sizes.hpp"
#include "base/vm_name.hpp"
#include "control/protocol.hpp"
#include "gfx/render_node.hpp"

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

Size window_sides(const std::string& text) {
  const auto size = parse_size(text, kMaxWindowSide);
  if (!size) throw OptionError("--size", "'" + text + "' is not a size such as 1280x720");
  return *size;
}

// A power of two, as an ivshmem device's memory must be; empty: 0.
std::uint64_t memory_bytes(const std::string& text) {
  if (text.empty()) return 0;
  const auto bytes = parse_bytes(text);
  if (!bytes || *bytes > kMaxMemory) {
    throw OptionError("--memory-size", "'" + text + "' is not a size such as 64M");
  }
  if (*bytes < kMinMemory || !std::has_single_bit(*bytes)) {
    throw OptionError("--memory-size", "'" + text + "' is not a power of two from 8M on");
  }
  return *bytes;
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

pixel::Filter parse_filter(const std::string& text) {
  if (const auto filter = pixel::filter_named(text)) return *filter;
  throw OptionError("--filter", "'" + text + "' is none of " + pixel::filter_list());
}

pace::PolicyChoice parse_present(const std::string& text) {
  using Choice = pace::PolicyChoice;
  if (text == "auto") return Choice::Auto;
  if (text == "callback") return Choice::Callback;
  if (text == "mailbox") return Choice::Mailbox;
  if (text == "late") return Choice::Late;
  if (text == "vrr") return Choice::Variable;
  throw OptionError("--present", "'" + text + "' is none of auto, callback, mailbox, late, vrr");
}

PathChoice parse_path(const std::string& text) {
  if (text == "auto") return PathChoice::Auto;
  if (text == "copy") return PathChoice::Copy;
  if (text == "direct") return PathChoice::Direct;
  if (text == "import") return PathChoice::Import;
  if (text == "scanout") return PathChoice::Scanout;
  throw OptionError("--path", "'" + text + "' is none of auto, copy, direct, import, scanout");
}

void check_path(const Options& options) {
  if (options.path == PathChoice::Import && options.renderer == RendererChoice::Shm) {
    throw OptionError("--path", "import needs --renderer gl, not shm");
  }
  const bool by_shm = options.path == PathChoice::Direct || options.path == PathChoice::Scanout;
  if (!by_shm || options.renderer != RendererChoice::Gl) return;
  const std::string word = options.path == PathChoice::Direct ? "direct" : "scanout";
  throw OptionError("--path", word + " needs --renderer shm, not gl");
}

gfx::OutputBuffers parse_output_buffers(const std::string& text) {
  if (text == "auto") return gfx::OutputBuffers::Auto;
  if (text == "own") return gfx::OutputBuffers::Own;
  if (text == "egl") return gfx::OutputBuffers::Egl;
  throw OptionError("--output-buffers", "'" + text + "' is none of auto, own, egl");
}

// The render node, by whichever link it is called; "auto": empty.
std::string parse_gpu(const std::string& text) {
  if (text == "auto") return {};
  std::error_code unknown;
  const std::string path = std::filesystem::canonical(text, unknown).string();
  const std::vector<std::string> nodes = gfx::render_nodes();
  if (std::ranges::find(nodes, path) != nodes.end()) return path;
  std::string choice;
  for (const std::string& node : nodes) choice += (choice.empty() ? "" : ", ") + node;
  throw OptionError("--gpu", "'" + text + "' is no render node of a GPU; " +
                                 (choice.empty() ? "this system has none" : "there is " + choice));
}

void check_level(const std::string& text) {
  for (const char* level : {"error", "warn", "info", "debug"}) {
    if (text == level) return;
  }
  throw OptionError("--log-level", "'" + text + "' is none of error, warn, info, debug");
}

void check_name(const std::string& text) {
  if (text.empty() || is_vm_name(text)) return;
  throw OptionError("--name", "'" + text +
                                  "' is not 1 to 64 of letters, digits, '.', '_' and '-', "
                                  "without a dot or '-' in front");
}

void check_output(const std::string& text) {
  if (!control::is_output(text)) throw OptionError("--output", "that is no output's name");
}

void check_memory(const Options& options) {
  if (!is_broker_address(options.memory)) return;
  if (!is_good_broker_address(options.memory)) {
    throw OptionError("--memory", "'" + options.memory +
                                      "' is neither unix:PATH, with a slash in it, nor unix:NAME");
  }
  if (options.memory_size != 0) {
    throw OptionError("--memory-size",
                      "the broker makes its memory itself: tell pierglass-broker the size");
  }
}

// Of the memory's file or the broker's socket, without extension: "win11" of /dev/shm/win11.img.
std::string default_name(std::string_view memory) {
  if (is_broker_address(memory)) {
    memory.remove_prefix(memory.find(':') + 1);
    if (is_vm_name(memory)) return std::string(memory);
  }
  std::string name = std::filesystem::path(memory).stem().string().substr(0, 64);
  if (name.empty()) return "default";
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (!is_vm_name(std::string_view(name).substr(0, i + 1))) name[i] = '_';
  }
  return name;
}

// "A, B or C"
std::string usual_places() {
  const MemoryPlaces places = usual_memory_places();
  return places[0] + ", " + places[1] + " or " + places[2];
}

enum class ConfigFile : std::uint8_t { Read, Ignore };

struct CommandLine {
  Action action = Action::Run;
  std::string program = "pierglass";   // "pierglass toggle": how it was called
  std::vector<std::string> arguments;  // after that
};

// The command is the first word, so that every option can follow it.
CommandLine split(int argc, char** argv) {
  CommandLine line{.arguments = {argv + std::min(argc, 1), argv + argc}};
  if (line.arguments.empty()) return line;
  const std::string first = line.arguments.front();
  if (first == "toggle") line.action = Action::Toggle;
  if (first == "send") line.action = Action::Send;
  if (line.action == Action::Run) return line;
  line.program += " " + first;
  line.arguments.erase(line.arguments.begin());
  return line;
}

const char* purpose(Action action) {
  switch (action) {
    case Action::Toggle:
      return "One key: brings the running pierglass to the front with keyboard and mouse captured, "
             "or sends it away again. When none runs under that name it starts one so.";
    case Action::Send:
      return "Tells the running pierglass what to do. Returns when toggle, show and hide are done "
             "and all else has begun.";
    case Action::Run:
      break;
  }
  return "Shows the screen of a Windows virtual machine out of shared memory.";
}

struct Parser {
  Options options;
  InputWords input;
  std::vector<std::string> commands;
  std::string size = "1280x720";
  std::string memory_size;
  std::string source = "auto";
  std::string renderer = "auto";
  std::string filter = "auto";
  std::string present = "auto";
  std::string path = "auto";
  std::string output_buffers = "auto";
  std::string gpu = "auto";
  bool no_doorbell = false;
  bool print_config = false;
  CLI::App cli;
  CLI::Option* config = nullptr;

  Parser(ConfigFile use, const CommandLine& line) : cli(purpose(line.action), line.program) {
    cli.set_version_flag("--version", std::string("pierglass ") + kVersion);
    config = cli.set_config("--config", use == ConfigFile::Read ? default_config_path() : "",
                            "Config file: lines of option=value");
    cli.allow_config_extras(use == ConfigFile::Read ? CLI::config_extras_mode::error
                                                    : CLI::config_extras_mode::ignore);
    cli.get_formatter()->column_width(kHelpColumn);
    add_memory_options();
    add_window_options();
    add_gpu_options();
    add_present_option();
    add_tearing_option();
    add_input_options(cli, options.input, input);
    add_diagnostic_options();
    if (line.action == Action::Send) add_commands();
    if (line.action == Action::Run) {
      cli.footer(
          "pierglass toggle [OPTIONS]: one key to the guest and back; pierglass send "
          "COMMAND...: tells the\nrunning pierglass what to do; pierglass vm-xml: prints how a "
          "virtual machine gets its memory.\nEach has --help.");
    }
  }

  // A running pierglass has its other options already.
  void add_commands() {
    for (CLI::Option* option : cli.get_options()) {
      static constexpr std::array kShown = {"--help", "--version", "--config", "--name",
                                            "--memory"};
      if (std::ranges::find(kShown, option->get_name()) == kShown.end()) option->group("");
    }
    cli.add_option("COMMAND", commands, "What to do, one after the other: " + verb_list())
        ->configurable(false);
  }

  void add_memory_options() {
    cli.add_option(
           "--name", options.name,
           "Name of this virtual machine's pierglass, of which one runs at a time; else the "
           "memory's or socket's file name without extension, or default")
        ->type_name("NAME");
    cli.add_option(
           "--memory", options.memory,
           "File or kvmfr device that the virtual machine shares its memory in, or unix:PATH "
           "or unix:NAME, the socket or name of a pierglass-broker; else the broker of that "
           "--name when there is one, else the first with a guest's pictures, or else the "
           "first there is, of " +
               usual_places())
        ->type_name("MEMORY");
    cli.add_option("--source", source,
                   "auto, pierglass or looking-glass: whose pictures the memory holds")
        ->type_name("NAME")
        ->capture_default_str();
    cli.add_option("--memory-size", memory_size,
                   "Create the file with this size (64M) when it is missing")
        ->type_name("BYTES");
    cli.add_flag("--no-doorbell", no_doorbell,
                 "Poll the memory also where the guest rings when there is something new");
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
    cli.add_option(
           "--path", path,
           "How pixels get from the guest's memory to the compositor: copy; import, which is gl: "
           "the GPU reads the memory itself, as dma-bufs, where a driver can and two different "
           "pictures were shown right (else they are copied, and the log says why); direct, "
           "which is shm even where there is a GPU: the compositor reads the memory itself "
           "(pictures of the window's size without pointer and panel), and would end pierglass "
           "if somebody cut the file off; scanout: the same by dma-bufs, which a screen may show "
           "as they are (never tried on hardware; with a GPU of its own memory the compositor "
           "copies), and as auto where those cannot be had; auto is import with gl, unless copying "
           "is measured to be quicker, and with shm is direct for memory that cannot shrink, such "
           "as a broker's")
        ->type_name("NAME")
        ->capture_default_str();
    cli.add_option("--filter", filter,
                   pixel::filter_list() +
                       ": how a picture of another size than its place is scaled; auto is lanczos "
                       "to shrink (without a GPU only below half), sharp from twice the size on, "
                       "else bilinear")
        ->type_name("NAME")
        ->capture_default_str();
  }

  void add_gpu_options() {
    cli.add_option("--gpu", gpu,
                   "Render node of the GPU that OpenGL draws with (/dev/dri/renderD129); auto is "
                   "the compositor's; with another one each picture crosses from GPU to GPU")
        ->type_name("NODE")
        ->capture_default_str();
    cli.add_option(
           "--output-buffers", output_buffers,
           "Whose buffers OpenGL's pictures are handed over in: own (pierglass makes and commits "
           "them), egl (the graphics driver does), or auto: own where drawing into them and "
           "handing them over was seen to work, and there are fences that say who still reads "
           "them, else egl, and the log says why")
        ->type_name("WHOSE")
        ->capture_default_str();
  }

  void add_present_option() {
    cli.add_option(
           "--present", present,
           "When pictures are handed over: auto; callback (when the compositor says so), "
           "mailbox (at once), late (once a refresh, just in time) or vrr (at once, as fast "
           "as the screen can); auto with gl learns which is soonest on the screen, with shm it "
           "is callback")
        ->type_name("WHEN")
        ->capture_default_str();
  }

  void add_tearing_option() {
    cli.add_flag("--tearing", options.tearing,
                 "Let the compositor show pictures in the middle of a refresh, torn, and hand them "
                 "over at once, whatever --present says; not on desktops without "
                 "tearing-control (GNOME)");
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

  void parse(std::vector<std::string> arguments, Action action) {
    std::ranges::reverse(arguments);  // as CLI11 wants them
    cli.parse(std::move(arguments));
    options.window_size = window_sides(size);
    options.memory_size = memory_bytes(memory_size);
    options.source = parse_source(source);
    options.renderer = parse_renderer(renderer);
    options.filter = parse_filter(filter);
    options.present = parse_present(present);
    options.path = parse_path(path);
    check_path(options);
    options.output_wish.buffers = parse_output_buffers(output_buffers);
    if (action != Action::Send) options.output_wish.gpu = parse_gpu(gpu);
    options.doorbell = !no_doorbell;
    check_memory(options);
    check_level(options.log_level);
    check_name(options.name);
    check_output(options.output);
    understand(input, options.input);
    if (action == Action::Send) check_commands();
  }

  void check_commands() const {
    if (commands.empty()) throw OptionError("COMMAND", "there must be one of " + verb_list());
    for (const std::string& command : commands) {
      if (verb_of(command)) continue;
      throw OptionError("COMMAND", "'" + command + "' is none of " + verb_list());
    }
  }
};

// The same options once more, with a config file that says nothing.
bool command_line_alone_is_good(const CommandLine& line) {
  std::vector<std::string> arguments;
  for (std::size_t i = 0; i < line.arguments.size(); ++i) {
    if (line.arguments[i] == "--config") {
      ++i;
    } else if (!line.arguments[i].starts_with("--config=")) {
      arguments.push_back(line.arguments[i]);
    }
  }
  Parser parser(ConfigFile::Ignore, line);
  try {
    parser.parse(std::move(arguments), line.action);
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

// What a complaint has in quotes in front, then its words without dashes: what may be a key.
std::vector<std::string> words_of(const std::string& what) {
  static constexpr const char* kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  std::vector<std::string> words;
  if (what.starts_with('\'')) words.push_back(what.substr(1, what.find('\'', 1) - 1));
  for (std::size_t end = 0, begin; (begin = what.find_first_of(kLetters, end)) != what.npos;) {
    end = std::min(what.find_first_not_of(kLetters, begin), what.size());
    const std::string word = what.substr(begin, end - begin);
    words.push_back(word.substr(std::min(word.find_first_not_of('-'), word.size())));
  }
  return words;
}

// The first line of the file that sets `key`; 0 when none does.
int line_that_sets(const std::string& path, const std::string& key) {
  std::ifstream file(path);
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (CLI::detail::trim_copy(line.substr(0, line.find('='))) == key) return number;
  }
  return 0;
}

// The first line of the file that sets what the complaint names first; 0 when none does.
int line_of(const std::string& path, const std::string& what) {
  for (const std::string& word : words_of(what)) {
    if (word.empty()) continue;
    if (const int number = line_that_sets(path, word); number != 0) return number;
  }
  return 0;
}

int report(const Parser& parser, const CLI::ParseError& error, const CommandLine& line) {
  if (error.get_exit_code() == 0) return parser.cli.exit(error);  // --help, --version
  const std::string what = complaint(error);
  std::string path;
  if (parser.config->count() != 0) path = parser.config->results().back();
  if (path.empty()) path = default_config_path();
  std::error_code unreadable;
  if (std::filesystem::exists(path, unreadable) && command_line_alone_is_good(line)) {
    std::fprintf(stderr, "pierglass: config file %s, line %d: %s; mend or remove that line\n",
                 path.c_str(), line_of(path, what), what.c_str());
  } else {
    std::fprintf(stderr, "pierglass: %s; see %s --help\n", what.c_str(), line.program.c_str());
  }
  return kUsageError;
}

// A first word that is neither an option nor a command.
bool is_unknown_command(const CommandLine& line) {
  return line.action == Action::Run && !line.arguments.empty() &&
         !line.arguments.front().starts_with('-');
}

}  // namespace

ParsedOptions parse_options(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == "vm-xml") {
    return {.options = {}, .exit_status = print_vm_xml({argv + 2, argv + argc})};
  }
  const CommandLine line = split(argc, argv);
  if (is_unknown_command(line)) {
    std::fprintf(
        stderr,
        "pierglass: there is no command '%s', only toggle, send and vm-xml; see pierglass --help\n",
        line.arguments.front().c_str());
    return {.options = {}, .exit_status = kUsageError};
  }
  Parser parser(ConfigFile::Read, line);
  try {
    parser.parse(line.arguments, line.action);
  } catch (const CLI::ParseError& error) {
    return {.options = {}, .exit_status = report(parser, error, line)};
  }
  if (parser.print_config) {
    std::cout << parser.cli.config_to_str(true, true);
    return {};
  }
  Options& options = parser.options;
  if (options.name.empty()) options.name = default_name(options.memory);
  return {
      .options = std::move(options), .action = line.action, .commands = std::move(parser.commands)};
}

}  // namespace pierglass::app
