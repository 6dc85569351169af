// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/e2e/key_desk.hpp"

#include <linux/input-event-codes.h>
#include <signal.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "tests/support/wait_until.hpp"

namespace pierglass::test {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

constexpr std::uint64_t kBytes = std::uint64_t{64} << 20;
constexpr guest::PatternSpec kSpec{.size = kKeyScreen};
constexpr std::uint32_t kMostFrames = 20'000;
constexpr std::chrono::milliseconds kBetweenLooks(20);
constexpr std::chrono::milliseconds kRetry(300);

Json find_window(const Json& node, pid_t process) {
  if (node.value("pid", 0) == process) return node;
  for (const char* list : {"nodes", "floating_nodes"}) {
    for (const Json& child : node.value(list, Json::array())) {
      if (Json found = find_window(child, process); !found.is_null()) return found;
    }
  }
  return {};
}

void write_config(const Lab& lab, const std::string& text) {
  const std::filesystem::path folder = lab.home() / ".config/pierglass";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "config") << text;
}

Process start_sink(Lab& lab, const std::filesystem::path& log, bool tablet) {
  std::vector<std::string> words = {lab.stage(sink_program()).string(),
                                    (lab.runtime() / "vm.spice").string(), log.string()};
  if (tablet) words.emplace_back("--tablet");
  Process sink(lab.command("sink", std::move(words)));
  if (!wait_until([&] { return sink.out().find("ready") != std::string::npos; }, kKeyPatience)) {
    throw std::runtime_error("the SPICE server did not start: " + sink.err());
  }
  return sink;
}

// What is in front, in fullscreen.
Json find_front(const Json& node) {
  if (node.value("focused", false) && node.value("fullscreen_mode", 0) == 1) return node;
  for (const char* list : {"nodes", "floating_nodes"}) {
    for (const Json& child : node.value(list, Json::array())) {
      if (Json found = find_front(child); !found.is_null()) return found;
    }
  }
  return {};
}

bool same_below(const Picture& picture, const guest::PatternSpec& spec, std::uint32_t row,
                std::uint32_t frame) {
  for (std::uint32_t y = row; y < spec.size.height; ++y) {
    for (std::uint32_t x = 0; x < spec.size.width; ++x) {
      if (picture.at(x, y) != guest::pattern_pixel(spec, frame, x, y)) return false;
    }
  }
  return true;
}

}  // namespace

std::optional<std::uint32_t> frame_below(const Picture& picture, const guest::PatternSpec& spec,
                                         std::uint32_t row) {
  if (picture.size != spec.size) return {};
  for (std::uint32_t frame = 0; frame < kMostFrames; ++frame) {
    if (same_below(picture, spec, row, frame)) return frame;
  }
  return {};
}

KeyDesk::KeyDesk(const KeyDeskOptions& options)
    : memory_(lab_, kBytes),
      other_memory_(lab_, kBytes),
      sway_(lab_, kKeyScreen),
      injector_(sway_.display()),
      sink_log_(lab_.home() / "heard"),
      sink_(start_sink(lab_, sink_log_, options.tablet)) {
  injector_.set_layout(kKeyScreen.width, kKeyScreen.height);
  injector_.place(kKeyScreen.width / 2, kKeyScreen.height / 2);
  write_config(lab_, "name=vm\nmemory=" + memory_.path().string() + "\nrenderer=" +
                         options.renderer + "\nspice=" + (lab_.runtime() / "vm.spice").string() +
                         "\nscreenshots=" + lab_.home().string() + "\n");
}

void KeyDesk::start_guest(const std::vector<std::string>& more) {
  guest_.reset();
  std::vector<std::string> words = {
      lab_.stage(feed_program()).string(),
      "--memory",
      memory_.path().string(),
      "--size",
      std::to_string(kKeyScreen.width) + "x" + std::to_string(kKeyScreen.height),
      "--rate",
      "60"};
  words.insert(words.end(), more.begin(), more.end());
  guest_.emplace(lab_.command("guest", std::move(words)));
}

Process KeyDesk::start(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), lab_.stage(client_program()).string());
  Command command = lab_.command("client", std::move(arguments));
  command.environment.emplace_back("WAYLAND_DISPLAY", sway_.display());
  // Else freed memory that waits for its check hides what grows.
  command.environment.emplace_back("ASAN_OPTIONS", "quarantine_size_mb=16");
  return Process(std::move(command));
}

Finished KeyDesk::run(std::vector<std::string> arguments) {
  Process process = start(std::move(arguments));
  const std::optional<Exit> exit = process.wait(kKeyPatience);
  return {.exit = exit, .out = process.out(), .err = process.err()};
}

testing::AssertionResult KeyDesk::start_client() {
  client_.reset();
  adopted_.reset();
  client_.emplace(start({"toggle"}));
  if (auto there = comes_to_front(); !there) return there;
  return wait_for_link();
}

testing::AssertionResult KeyDesk::wait_for_link() {
  const bool linked = wait_until(
      [&] { return client_->err().find("keyboard and mouse are connected") != std::string::npos; },
      kKeyPatience);
  if (!linked) return testing::AssertionFailure() << "no SPICE connection\n" << words();
  return captured();
}

testing::AssertionResult KeyDesk::toggle() {
  const Finished done = run({"toggle"});
  if (done.exit == Exit{.code = 0}) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "pierglass toggle: " << done.err << words();
}

testing::AssertionResult KeyDesk::send(const std::string& command) {
  const Finished done = run({"send", command});
  if (done.exit == Exit{.code = 0}) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "pierglass send: " << done.err << words();
}

testing::AssertionResult KeyDesk::ends_clean() {
  client_->signal(SIGTERM);
  if (client_->wait(kKeyPatience) == Exit{.code = 0}) return testing::AssertionSuccess();
  return testing::AssertionFailure() << words();
}

testing::AssertionResult KeyDesk::adopt_client() {
  client_.reset();
  const auto find = [this] {
    const Json window = find_front(Json::parse(sway_.query("get_tree")));
    if (window.contains("pid")) adopted_ = window["pid"].get<pid_t>();
    return window.contains("pid");
  };
  if (!wait_until(find, kKeyPatience)) return testing::AssertionFailure() << "no client's window";
  return captured();
}

std::string KeyDesk::line(const std::vector<std::string>& arguments) {
  std::string text = lab_.stage(client_program()).string();
  for (const std::string& argument : arguments) text += " " + argument;
  return text;
}

testing::AssertionResult KeyDesk::open_other_window() {
  other_.reset();  // the new one must not find the old one in its place
  other_.emplace(start({"--name", "other", "--memory", other_memory_.path(), "--windowed",
                        "--spice", "none", "--renderer", "shm"}));
  return other_gets_focus();
}

testing::AssertionResult KeyDesk::focuses(pid_t process) {
  const auto focused = [&] { return window_of(process).value("focused", false); };
  if (wait_until(focused, kKeyPatience)) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "the focus is elsewhere\n"
                                     << sway_.query("get_tree") << words();
}

testing::AssertionResult KeyDesk::gets_focus() {
  return focuses(client_pid());
}

testing::AssertionResult KeyDesk::other_gets_focus() {
  return focuses(other_->pid());
}

Json KeyDesk::window_of(pid_t process) {
  Json window = find_window(Json::parse(sway_.query("get_tree")), process);
  return window.is_null() ? Json::object() : window;
}

testing::AssertionResult KeyDesk::comes_to_front() {
  const auto in_front = [this] {
    const Json window = window_of(client_pid());
    return window.value("focused", false) && window.value("fullscreen_mode", 0) == 1;
  };
  if (wait_until(in_front, kKeyPatience)) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "not in front: " << window_of(client_pid()) << words();
}

testing::AssertionResult KeyDesk::goes_away() {
  if (wait_until([this] { return window_of(client_pid()).empty(); }, kKeyPatience)) {
    return testing::AssertionSuccess();
  }
  return testing::AssertionFailure() << "the window stays\n" << words();
}

bool KeyDesk::shows_text_only() {
  return wait_until(
      [this] {
        std::size_t dark = 0;
        std::size_t light = 0;
        const Picture picture = screenshot();
        for (std::size_t i = kBelowTexts / 2 * kKeyScreen.width; i < picture.pixels.size(); ++i) {
          if (picture.pixels[i] == 0) ++dark;
          if ((picture.pixels[i] >> 8 & 0xff) > 0x80) ++light;
        }
        return dark > picture.pixels.size() * 6 / 10 && light > 100;
      },
      kKeyPatience, kBetweenLooks);
}

std::optional<std::uint32_t> KeyDesk::shows_frame(std::optional<std::uint32_t> but) {
  std::optional<std::uint32_t> frame;
  Picture last;
  const bool found = wait_until(
      [&] {
        last = screenshot();
        frame = frame_below(last, kSpec, kBelowTexts);
        return frame && (!but || *frame > *but);
      },
      kKeyPatience, kBetweenLooks);
  if (found) return frame;
  ADD_FAILURE() << "no frame of the guest on the screen: "
                << same_picture(last, Picture(kKeyScreen), 0, "one key").message() << words();
  return {};
}

bool KeyDesk::is_fullscreen(bool wanted) {
  return wait_until(
      [&] { return (window_of(client_pid()).value("fullscreen_mode", 0) == 1) == wanted; },
      kKeyPatience);
}

testing::AssertionResult KeyDesk::shows_with_pointer(const Picture& expected, unsigned tolerance) {
  Picture last;
  const bool same = wait_until(
      [&] {
        last = take_screenshot(lab_, sway_, "HEADLESS-1", DesktopPointer::Shown);
        return compare(last, expected, tolerance).pixels == 0;
      },
      kKeyPatience, kBetweenLooks);
  if (same) return testing::AssertionSuccess();
  return same_picture(last, expected, tolerance, "desktop pointer") << words();
}

bool KeyDesk::texts_below(std::uint32_t row, bool there, std::chrono::nanoseconds patience) {
  return wait_until(
      [&] {
        const Picture picture = screenshot();
        const auto frame = frame_below(picture, kSpec, kBelowTexts);
        return frame && same_below(picture, kSpec, row, *frame) != there;
      },
      patience, kBetweenLooks);
}

std::vector<std::string> KeyDesk::heard() {
  std::vector<std::string> lines;
  std::istringstream text(read_text(sink_log_));
  for (std::string line; std::getline(text, line);) {
    lines.push_back(line.substr(0, line.rfind(' ')));
  }
  lines.erase(lines.begin(),
              lines.begin() + static_cast<std::ptrdiff_t>(std::min(forgotten_, lines.size())));
  return lines;
}

testing::AssertionResult KeyDesk::hears(const std::vector<std::string>& lines) {
  if (wait_until([&] { return heard() == lines; }, kKeyPatience)) {
    forget();
    return testing::AssertionSuccess();
  }
  testing::AssertionResult result = testing::AssertionFailure() << "the guest heard:";
  for (const std::string& line : heard()) result << " " << line << ",";
  return result << "\n" << words();
}

testing::AssertionResult KeyDesk::nothing_pressed() {
  std::set<std::string> pressed;
  forgotten_ = 0;
  std::string prefix;
  for (const std::string& line : heard()) {
    if (!line.starts_with("key ")) continue;
    const unsigned long byte = std::stoul(line.substr(4), nullptr, 16);
    if (byte == 0xe0) {
      prefix = "e0 ";
      continue;
    }
    const std::string key = std::exchange(prefix, "") + std::to_string(byte & 0x7f);
    if ((byte & 0x80) != 0) {
      pressed.erase(key);
    } else {
      pressed.insert(key);
    }
  }
  if (pressed.empty()) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "still pressed: scan code " << *pressed.begin() << words();
}

// The desktop's pointer stands at the left edge, and the mouse moves left.
bool KeyDesk::mouse_moves_at_the_edge() {
  forget();
  injector_.place(0, kKeyScreen.height / 2);
  for (int i = 0; i < 2; ++i) injector_.move(-7, 0);
  injector_.sync();
  return wait_until([this] { return std::ranges::count(heard(), "motion -7 0") == 2; }, kRetry);
}

testing::AssertionResult KeyDesk::capture_becomes(bool wanted) {
  const bool became = wait_until([&] { return mouse_moves_at_the_edge() == wanted; }, kKeyPatience);
  forget();
  if (became) return testing::AssertionSuccess();
  return testing::AssertionFailure()
         << (wanted ? "the mouse is not captured\n" : "the mouse is still captured\n") << words();
}

testing::AssertionResult KeyDesk::captured() {
  return capture_becomes(true);
}

testing::AssertionResult KeyDesk::free() {
  return capture_becomes(false);
}

void KeyDesk::tap(std::uint32_t key) {
  injector_.key(key, true);
  injector_.key(key, false);
  injector_.sync();
}

std::string KeyDesk::words() {
  return client_ ? "\nclient: " + client_->err() : "";
}

}  // namespace pierglass::test
