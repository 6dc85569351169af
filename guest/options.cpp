// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <sstream>

#include "base/sizes.hpp"
#include "wire/layout.hpp"

// CLI11 throws; nothing of it leaves this file.
namespace pierglass::guest {
namespace {

using shm::IvshmemCache;
using wire::PixelFormat;

Size picture_size(const std::string& text) {
  const auto size = parse_size(text, wire::kMaxDimension);
  if (!size) throw CLI::ValidationError(text, "give a size as WIDTHxHEIGHT, at most 16384x16384");
  return *size;
}

shm::PciAddress parse_address(const std::string& text) {
  const auto address = shm::parse_pci_address(text);
  if (!address)
    throw CLI::ValidationError(text, "give a PCI address as BB:DD.F, for example 03:00.0");
  return *address;
}

// Hz as typed to millihertz; 0 stays 0.
std::uint32_t to_millihertz(double hertz) {
  if (!(hertz >= 0.0 && hertz <= 10'000.0))
    throw CLI::ValidationError("rate", "give a rate of 0 to 10000 per second");
  return static_cast<std::uint32_t>(std::lround(hertz * 1000.0));
}

// Text as it was typed; turned into GuestOptions when all of it is there.
struct Typed {
  std::string capture;
  std::string size = "1920x1080";
  std::vector<std::string> sizes;
  double size_seconds = 5;
  std::optional<double> rate;
  std::int64_t frames = 0;  // an unsigned one would take "-3" for a large number
  std::string mode = "full";
  std::string format = "xrgb8888";
  std::string cursor = "none";
  std::optional<double> cursor_rate;
  std::string address;
  std::string cache = "cached";
  std::string rings = "always";
  std::string doorbell = "on";
  std::string follow_latch = "on";
  std::string hdr = "as-is";
  std::string max_size;
  std::string copy_engine = "on";
  std::string process_priority = "high";
  std::string gpu_priority = "high";
  std::string timers = "fine";
  std::string power_saving = "off";
  std::string mmcss = "on";
};

struct Hdr {
  HdrWish wish;
  bool ten_bit;
};

template <typename Value>
using Names = std::map<std::string, Value>;

const Names<CaptureKind> kCaptures{{"auto", CaptureKind::Auto},
                                   {"dxgi", CaptureKind::Dxgi},
                                   {"gdi", CaptureKind::Gdi},
                                   {"pattern", CaptureKind::Pattern}};
const Names<PatternMode> kModes{
    {"full", PatternMode::Full}, {"small", PatternMode::Small}, {"still", PatternMode::Still}};
const Names<PixelFormat> kFormats{{"xrgb8888", PixelFormat::Xrgb8888},
                                  {"xbgr8888", PixelFormat::Xbgr8888},
                                  {"xbgr2101010", PixelFormat::Xbgr2101010},
                                  {"xbgr16161616f", PixelFormat::Xbgr16161616f}};
const Names<std::optional<wire::CursorType>> kCursors{{"none", std::nullopt},
                                                      {"colour", wire::CursorType::Colour},
                                                      {"mono", wire::CursorType::Monochrome},
                                                      {"masked", wire::CursorType::MaskedColour}};
const Names<IvshmemCache> kCaches{{"cached", IvshmemCache::Cached},
                                  {"write-combined", IvshmemCache::WriteCombined},
                                  {"uncached", IvshmemCache::Uncached}};
const Names<Rings> kRings{
    {"always", Rings::Always}, {"half", Rings::Half}, {"never", Rings::Never}};
const Names<Hdr> kHdr{{"as-is", {HdrWish::AsIs, false}},
                      {"ten-bit", {HdrWish::AsIs, true}},
                      {"off", {HdrWish::Off, false}}};
const Names<bool> kSwitch{{"on", true}, {"off", false}};
const Names<ProcessPriority> kProcessPriorities{{"normal", ProcessPriority::Normal},
                                                {"above-normal", ProcessPriority::AboveNormal},
                                                {"high", ProcessPriority::High}};
const Names<GpuPriority> kGpuPriorities{{"normal", GpuPriority::Normal},
                                        {"high", GpuPriority::High},
                                        {"realtime", GpuPriority::Realtime}};
const Names<bool> kTimers{{"fine", true}, {"usual", false}};

// Of a service, and wherever else a word is given but no --capture.
constexpr const char* kUsualCapture = "auto";

// An option that takes one of the names.
template <typename Value>
void add_choice(CLI::App& app, const char* option, std::string& typed, const Names<Value>& names,
                const char* help) {
  app.add_option(option, typed, help)->capture_default_str()->check(CLI::IsMember(&names));
}

void add_common(CLI::App& app, GuestOptions& out, Typed& typed) {
  app.add_option("--memory", out.memory, "Shared memory: an existing file");
  app.add_option("--rate", typed.rate,
                 "Pictures per second at most; 0: no limit (60; DXGI: as the screen changes)");
  add_choice(app, "--follow-latch", typed.follow_latch, kSwitch,
             "With a rate: take pictures right before readers' screens take theirs");
  app.add_option("--frames", typed.frames, "End after so many frames; 0: never")
      ->check(CLI::NonNegativeNumber);
  app.add_flag("--hold", out.publisher.hold, "Stay, without new frames, after the last one");
  app.add_flag("--always", out.publisher.without_readers, "Publish also while nobody looks");
  app.add_option("--size", typed.size, "Pattern: its size")->capture_default_str();
  app.add_option("--sizes", typed.sizes, "Pattern: sizes to show in turn, with commas between")
      ->delimiter(',');
  app.add_option("--size-seconds", typed.size_seconds, "Pattern: how long each of --sizes stays")
      ->capture_default_str()
      ->check(CLI::Range(0.01, 86400.0));
  add_choice(app, "--mode", typed.mode, kModes, "Pattern: what moves");
  add_choice(app, "--format", typed.format, kFormats, "Pattern: its pixels");
  add_choice(app, "--cursor", typed.cursor, kCursors, "Pattern: the kind of cursor");
  app.add_option("--cursor-rate", typed.cursor_rate,
                 "Pattern: cursor steps per second (0: it stays in the centre); GDI: how often the "
                 "pointer is read, per second (125); DXGI: at most (1000), and with --rate no "
                 "oftener than pictures");
}

void add_guest_only(CLI::App& app, GuestOptions& out, Typed& typed) {
  add_choice(app, "--capture", typed.capture, kCaptures, "Where pictures come from");
  app.add_option("--window", out.window, "GDI: only the window whose title contains this");
  app.add_option("--adapter", out.output.adapter,
                 "DXGI: the graphics adapter whose name contains this, or its number from 0; an "
                 "emulated one by its number only. Else any with an output of the desktop");
  app.add_option("--output", out.output.output,
                 "DXGI: the output whose name contains this, its number on the adapter from 0, or "
                 "primary. Of several the primary one, else the first");
  add_choice(app, "--hdr", typed.hdr, kHdr,
             "DXGI: HDR as the desktop has it, as ten bits of PQ, which are half as large, or off: "
             "Windows makes eight bits of it");
  app.add_option("--max-size", typed.max_size,
                 "DXGI: larger pictures are made smaller on the GPU, as 1920x1080");
  add_choice(app, "--copy-engine", typed.copy_engine, kSwitch,
             "DXGI: have the GPU copy into the shared memory where it can");
  auto* memory = app.get_option("--memory");
  auto* index = app.add_option("--ivshmem-index", out.device.index,
                               "Shared memory: the IVSHMEM device with this number, from 0, in "
                               "the order of PCI addresses");
  auto* address = app.add_option("--ivshmem-address", typed.address,
                                 "Shared memory: the IVSHMEM device at this PCI address, BB:DD.F");
  auto* size = app.add_option("--ivshmem-size", out.device.bytes,
                              "Shared memory: the IVSHMEM device of this size, for example 64M")
                   ->transform(CLI::AsSizeValue(false));
  add_choice(app, "--ivshmem-cache", typed.cache, kCaches, "How Windows maps the device's memory");
  add_choice(app, "--doorbell", typed.doorbell, kSwitch,
             "Interrupts of the IVSHMEM device, where it has them: readers sleep until there is "
             "news. off: they poll");
  for (auto* option : {index, address, size}) option->excludes(memory);
  address->excludes(index);
  size->excludes(index)->excludes(address);
}

void add_scheduling(CLI::App& app, Typed& typed) {
  add_choice(app, "--process-priority", typed.process_priority, kProcessPriorities,
             "Whose turn it is on the processor");
  add_choice(app, "--gpu-priority", typed.gpu_priority, kGpuPriorities,
             "Whose turn it is on the GPU; realtime may hang some drivers");
  add_choice(app, "--timers", typed.timers, kTimers, "How exactly Windows wakes this program");
  add_choice(app, "--power-saving", typed.power_saving, kSwitch,
             "Whether Windows may slow this program down");
  add_choice(app, "--mmcss", typed.mmcss, kSwitch,
             "Capture under Windows' multimedia class scheduler");
}

// A word; its options are those of the program, wherever they stand.
CLI::App* add_verb(CLI::App& app, GuestOptions& out, Verb verb, const char* name,
                   const char* help) {
  CLI::App* word = app.add_subcommand(name, help);
  word->set_help_flag();
  word->fallthrough();
  word->footer("Its options are the program's: pierglass-guest --help");
  word->callback([&out, verb] { out.verb = verb; });
  return word;
}

void add_verbs(CLI::App& app, GuestOptions& out) {
  app.require_subcommand(0, 1);
  add_verb(app, out, Verb::Run, "run", "Capture, as options and the config file say");
  add_verb(app, out, Verb::Install, "install",
           "Make the Windows service, which starts with Windows");
  add_verb(app, out, Verb::Uninstall, "uninstall",
           "Stop and remove it, its log and its config file");
  add_verb(app, out, Verb::Start, "start", "Start the service");
  add_verb(app, out, Verb::Stop, "stop", "Stop the service");
  add_verb(app, out, Verb::Status, "status", "Say whether the service runs");
  add_verb(app, out, Verb::Diagnose, "diagnose", "Test everything that the capture needs");
  add_verb(app, out, Verb::Service, "service", "")->group("");
}

void add_service_only(CLI::App& app, GuestOptions& out, const std::string& config) {
  app.set_config("--config", config, "Config file: lines of option=value");
  app.allow_config_extras(CLI::config_extras_mode::error);
  app.add_flag("--json", out.json, "Diagnose: the report as JSON")->configurable(false);
  app.add_option("--log-file", out.log_file, "Write what is said to this file as well")
      ->configurable(false);
  for (auto& [option, handle] : {std::pair{"--stop-event", &out.supervisor.stop_event},
                                 std::pair{"--supervisor", &out.supervisor.process}})
    app.add_option(option, *handle)->configurable(false)->group("");
}

void add_feed_only(CLI::App& app, GuestOptions& out, Typed& typed) {
  app.get_option("--memory")
      ->description(
          "Shared memory: an existing file; unix:PATH or unix:NAME for a broker's; pci or "
          "pci:BB:DD.F "
          "for this virtual machine's IVSHMEM device");
  app.add_flag("--create", out.create_memory, "Make the file, large enough for every size");
  app.add_option("--log", out.log,
                 "Write \"sequence nanoseconds\" (CLOCK_MONOTONIC at publication) for each frame "
                 "to this file; -: to standard output");
  app.add_flag("--on-request", out.on_request,
               "After --frames frames stay, and publish one more for each SIGUSR1");
  add_choice(app, "--ring", typed.rings, kRings, "Which of the rings to sleeping readers are sent");
}

// Not left to CLI11, which would complain of a missing option before an unknown one.
void require(const std::string& value, const char* option) {
  if (value.empty()) throw CLI::RequiredError(option);
}

void finish(GuestOptions& out, const Typed& typed) {
  if (const auto kind = kCaptures.find(typed.capture); kind != kCaptures.end())
    out.capture = kind->second;
  out.pattern.mode = kModes.at(typed.mode);
  out.pattern.format = kFormats.at(typed.format);
  out.pattern.cursor = kCursors.at(typed.cursor);
  out.cache = kCaches.at(typed.cache);
  out.rings = kRings.at(typed.rings);
  out.doorbell = kSwitch.at(typed.doorbell);
  out.publisher.follow_latches = kSwitch.at(typed.follow_latch);
  out.hdr = kHdr.at(typed.hdr).wish;
  out.picture.ten_bit = kHdr.at(typed.hdr).ten_bit;
  if (!typed.max_size.empty()) out.picture.limit = picture_size(typed.max_size);
  out.copy_engine = kSwitch.at(typed.copy_engine);
  out.scheduling = {.process = kProcessPriorities.at(typed.process_priority),
                    .gpu = kGpuPriorities.at(typed.gpu_priority),
                    .fine_timers = kTimers.at(typed.timers),
                    .power_saving = kSwitch.at(typed.power_saving),
                    .mmcss = kSwitch.at(typed.mmcss)};
  out.pattern.sizes.clear();
  for (const std::string& size : typed.sizes) out.pattern.sizes.push_back(picture_size(size));
  if (out.pattern.sizes.empty()) out.pattern.sizes.push_back(picture_size(typed.size));
  if (out.pattern.sizes.size() > 1)
    out.pattern.size_time = Nanoseconds(std::llround(typed.size_seconds * 1e9));
  out.publisher.max_frames = static_cast<std::uint64_t>(typed.frames);
  if (typed.rate) out.millihertz = to_millihertz(*typed.rate);
  out.pointer_millihertz = to_millihertz(typed.cursor_rate.value_or(0));
  out.pattern.cursor_moves = out.pointer_millihertz != 0;
  settle_rates(out);
  if (!typed.address.empty()) out.device.address = parse_address(typed.address);
}

// One line. CLI11's own words for an unknown option are about another kind of file.
std::string words_of(const std::exception& error) {
  constexpr std::string_view kUnknown = "INI was not able to parse ";
  std::string words = error.what();
  if (words.starts_with(kUnknown))
    words = "there is no option \"" + words.substr(kUnknown.size()) + "\"";
  for (char& letter : words) {
    if (static_cast<unsigned char>(letter) < ' ') letter = ' ';
  }
  return words;
}

// The word may stand among the options. One that is an option's value only makes the file be read.
bool reads_usual_config(const std::vector<std::string>& arguments) {
  return std::ranges::any_of(arguments, [](const std::string& argument) {
    return argument == "run" || argument == "diagnose";
  });
}

// Throws CLI::Error.
struct Parser {
  Program program;
  GuestOptions out;
  Typed typed;
  CLI::App app;

  Parser(Program which, const std::string& config)
      : program(which),
        app(guest() ? "Shows this Windows machine's screen to Pierglass through shared memory."
                    : "Publishes Pierglass' test pattern into a shared memory file.",
            name()) {
    app.set_version_flag("--version", std::string(name()) + " " PIERGLASS_VERSION);
    // What is measured with the feed is measured at all phases.
    if (!guest()) typed.follow_latch = "off";
    add_common(app, out, typed);
    if (!guest()) {
      add_feed_only(app, out, typed);
      return;
    }
    add_guest_only(app, out, typed);
    add_scheduling(app, typed);
    add_service_only(app, out, config);
    add_verbs(app, out);
  }

  [[nodiscard]] bool guest() const { return program == Program::Guest; }
  [[nodiscard]] const char* name() const { return guest() ? "pierglass-guest" : "pattern_feed"; }

  void finish() {
    if (out.verb != Verb::Plain && typed.capture.empty()) typed.capture = kUsualCapture;
    guest() ? require(typed.capture, "--capture") : require(out.memory, "--memory");
    guest::finish(out, typed);
  }
};

}  // namespace

void settle_rates(GuestOptions& options) {
  // Duplication tells of each change, of pictures and of the pointer.
  const bool told = options.capture == CaptureKind::Dxgi;
  options.publisher.millihertz = options.millihertz.value_or(told ? 0 : 60'000);
  if (told) options.publisher.pointer_millihertz = Pacer::kFastest;
  if (options.pointer_millihertz != 0)
    options.publisher.pointer_millihertz = options.pointer_millihertz;
}

std::expected<GuestOptions, int> parse_options(Program program,
                                               const std::vector<std::string>& arguments,
                                               const std::string& config) {
  Parser parser(program, reads_usual_config(arguments) ? config : std::string());
  try {
    // CLI11 takes them from the back.
    parser.app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    parser.finish();
  } catch (const CLI::Success& done) {
    return std::unexpected(parser.app.exit(done));
  } catch (const CLI::Error& error) {
    const char* name = parser.name();
    std::fprintf(stderr, "%s: %s; %s --help lists the options\n", name, words_of(error).c_str(),
                 name);
    return std::unexpected(error.get_exit_code());
  } catch (const std::exception& error) {  // what the parser throws for numbers is not all its own
    std::fprintf(stderr, "%s: %s\n", parser.name(), words_of(error).c_str());
    return std::unexpected(static_cast<int>(CLI::ExitCodes::BaseClass));
  }
  return std::move(parser.out);
}

std::expected<GuestOptions, std::string> parse_config(const std::string& text) {
  if (text.find('\0') != std::string::npos) return std::unexpected("this is no text");
  Parser parser(Program::Guest, {});
  parser.out.verb = Verb::Run;
  try {
    std::istringstream lines(text);
    parser.app.parse_from_stream(lines);
    parser.finish();
  } catch (const std::exception& error) {
    return std::unexpected(words_of(error));
  }
  return std::move(parser.out);
}

}  // namespace pierglass::guest
