// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/looking_glass_feed_options.hpp"

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <map>

namespace pierglass::test {
namespace {

constexpr std::uint32_t kMaxSide = 16384;

Size parse_size(const std::string& text) {
  Size size;
  const char* end = text.data() + text.size();
  const auto width = std::from_chars(text.data(), end, size.width);
  const bool cross = width.ec == std::errc() && width.ptr != end && *width.ptr == 'x';
  const auto height = std::from_chars(cross ? width.ptr + 1 : end, end, size.height);
  const auto fits = [](std::uint32_t side) { return side >= 1 && side <= kMaxSide; };
  if (!cross || height.ec != std::errc() || height.ptr != end || !fits(size.width) ||
      !fits(size.height))
    throw CLI::ValidationError(text, "give a size as WIDTHxHEIGHT, at most 16384x16384");
  return size;
}

template <typename Value>
using Names = std::map<std::string, Value>;

const Names<GlassProtocol> kProtocols{{"20", GlassProtocol::Kvmfr20},
                                      {"34", GlassProtocol::Kvmfr34}};
const Names<guest::PatternMode> kModes{{"full", guest::PatternMode::Full},
                                       {"small", guest::PatternMode::Small},
                                       {"still", guest::PatternMode::Still}};
const Names<GlassFormat> kFormats{
    {"bgra", GlassFormat::Bgra},          {"rgba", GlassFormat::Rgba},
    {"rgba10", GlassFormat::Rgba10},      {"rgba10-linear", GlassFormat::Rgba10Linear},
    {"rgba10-pq", GlassFormat::Rgba10Pq}, {"rgba16f", GlassFormat::Rgba16F},
    {"bgr32", GlassFormat::Bgr32},        {"rgb24", GlassFormat::Rgb24}};
const Names<FeedDamage> kDamages{
    {"exact", FeedDamage::Exact}, {"full", FeedDamage::Full}, {"none", FeedDamage::None}};
const Names<std::optional<wire::CursorType>> kCursors{{"none", std::nullopt},
                                                      {"colour", wire::CursorType::Colour},
                                                      {"mono", wire::CursorType::Monochrome},
                                                      {"masked", wire::CursorType::MaskedColour}};
const Names<std::uint32_t> kRotations{{"0", 0}, {"90", 1}, {"180", 2}, {"270", 3}};
const Names<std::uint32_t> kAlignments{{"4096", 4096}, {"65536", 65536}};

// Text as it was typed; turned into FeedOptions when all of it is there.
struct Typed {
  std::string protocol = "20", size = "1920x1080", mode = "full", format = "bgra";
  std::string damage = "exact", cursor = "none", rotation = "0", alignment = "4096", screen;
  std::vector<std::string> sizes;
  std::vector<std::uint32_t> claimed;
  bool screensaver = false;
};

template <typename Value>
void add_choice(CLI::App& app, const char* option, std::string& typed, const Names<Value>& names,
                const char* help) {
  app.add_option(option, typed, help)->capture_default_str()->check(CLI::IsMember(&names));
}

void add_picture(CLI::App& app, FeedOptions& out, Typed& typed) {
  app.add_option("--size", typed.size, "The desktop's size, upright")->capture_default_str();
  app.add_option("--sizes", typed.sizes, "Sizes to show in turn, with commas between")
      ->delimiter(',');
  app.add_option("--size-seconds", out.size_seconds, "How long each of --sizes stays")
      ->capture_default_str()
      ->check(CLI::Range(0.01, 86400.0));
  app.add_option("--rate", out.rate, "Frames per second; 0: as many as the reader takes")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 10'000.0));
  add_choice(app, "--mode", typed.mode, kModes, "What moves");
  add_choice(app, "--format", typed.format, kFormats, "The frames' type and encoding");
  add_choice(app, "--damage", typed.damage, kDamages, "What frames tell of their changes");
  add_choice(app, "--rotation", typed.rotation, kRotations,
             "How far the stored picture is turned clockwise from the desktop");
  app.add_option("--screen", typed.screen,
                 "Tell that the picture was scaled down from a desktop of this size, where the "
                 "pointer lives");
  app.add_option("--truncate", out.frame.keep_rows, "Store at most so many rows")
      ->check(CLI::Range(1U, kMaxSide));
  app.add_option("--sdr-white", out.frame.sdr_white, "White in PQ frames, cd/m2")
      ->capture_default_str()
      ->check(CLI::Range(1U, 10'000U));
  add_choice(app, "--cursor", typed.cursor, kCursors, "The kind of cursor");
  app.add_option("--cursor-rate", out.cursor_rate,
                 "Cursor steps per second; 0: it stays in the centre")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 10'000.0));
}

void add_host(CLI::App& app, FeedOptions& out, Typed& typed) {
  app.add_option("--memory", out.memory, "Shared memory: a file");
  app.add_option("--create", out.create_bytes, "Make the file, of so many bytes, for example 32M")
      ->transform(CLI::AsSizeValue(false));
  add_choice(app, "--protocol", typed.protocol, kProtocols,
             "KVMFR's version: 20 is release B7 over LGMP 6; 34 runs over LGMP 12");
  add_choice(app, "--alignment", typed.alignment, kAlignments, "Of frames in memory, bytes");
  app.add_option("--chunk", out.chunk, "Tell of pixels after every so many bytes")
      ->transform(CLI::AsSizeValue(false))
      ->capture_default_str();
  app.add_option("--capture", out.glass.capture, "What the host says it captures with")
      ->capture_default_str();
  app.add_option("--release", out.glass.release, "What the host says it is")->capture_default_str();
  app.add_option("--claim-version", typed.claimed, "Say to speak these versions, KVMFR,LGMP")
      ->delimiter(',')
      ->expected(2);
  app.add_flag("--screensaver", typed.screensaver, "Ask for a screen that stays on");
  app.add_flag("--activate", out.activate, "Ask for attention in the first and each 100th frame");
}

void add_life(CLI::App& app, FeedOptions& out) {
  app.add_option("--frames", out.frames, "End after so many frames; 0: never");
  app.add_option("--first-number", out.first_number, "The number that the first picture shows")
      ->capture_default_str();
  app.add_flag("--hold", out.hold, "Stay, without new frames, after the last one");
  app.add_flag("--always", out.always, "Publish also while nobody looks");
  app.add_option("--die-holding-lock", out.die_after,
                 "Die by SIGKILL after so many frames, inside the frame queue's lock");
  app.add_option("--log", out.log,
                 "Write \"number nanoseconds\" for each frame to this file (-: to standard "
                 "output): the number that the picture shows and CLOCK_MONOTONIC when its last "
                 "pixel was written");
}

void finish(FeedOptions& out, const Typed& typed) {
  if (out.memory.empty()) throw CLI::RequiredError("--memory");
  if (out.chunk == 0) throw CLI::ValidationError("--chunk", "give at least one byte");
  out.glass.protocol = kProtocols.at(typed.protocol);
  out.glass.alignment = kAlignments.at(typed.alignment);
  if (!typed.claimed.empty()) {
    out.glass.claimed_kvmfr = typed.claimed[0];
    out.glass.claimed_lgmp = typed.claimed[1];
  }
  out.mode = kModes.at(typed.mode);
  out.damage = kDamages.at(typed.damage);
  out.cursor = kCursors.at(typed.cursor);
  out.frame.format = kFormats.at(typed.format);
  out.frame.rotation = kRotations.at(typed.rotation);
  if (typed.screensaver) out.frame.flags |= kvmfr::kBlockScreensaver;
  if (!typed.screen.empty()) out.frame.screen = parse_size(typed.screen);
  out.sizes.clear();
  for (const std::string& size : typed.sizes) out.sizes.push_back(parse_size(size));
  if (out.sizes.empty()) out.sizes.push_back(parse_size(typed.size));
}

}  // namespace

std::expected<FeedOptions, int> parse_feed_options(const std::vector<std::string>& arguments) {
  FeedOptions out;
  Typed typed;
  CLI::App app(
      "A Looking Glass host that shows Pierglass' test pattern through a shared memory file. The "
      "number in a picture's corner is the frame's serial plus --first-number; it goes on when the "
      "memory was wiped and a new session begins. SIGTERM ends it with a line of counts.",
      "looking_glass_feed");
  try {
    add_host(app, out, typed);
    add_picture(app, out, typed);
    add_life(app, out);
    // CLI11 takes them from the back.
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    finish(out, typed);
  } catch (const CLI::Success& done) {
    return std::unexpected(app.exit(done));
  } catch (const CLI::Error& error) {
    std::fprintf(stderr, "looking_glass_feed: %s; looking_glass_feed --help lists the options\n",
                 error.what());
    return std::unexpected(2);
  }
  return out;
}

}  // namespace pierglass::test
