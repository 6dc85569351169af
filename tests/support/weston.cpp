// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/weston.hpp"

#include <cmath>
#include <cstdio>
#include <stdexcept>
#include <string>

#include "tests/support/patience.hpp"
#include "tests/support/wait_until.hpp"

namespace pierglass::test {
namespace {

using namespace std::chrono_literals;

const auto kPatience = patience(20s);

std::string option(const char* name, long value) {
  return std::string(name) + "=" + std::to_string(value);
}

std::string transform_option(Transform transform) {
  std::string name = name_of(transform);
  const std::size_t turn = name.find_first_of("0123456789");
  if (turn != std::string::npos) name.insert(turn, "rotate-");
  return "--transform=" + name;
}

Command weston_command(Lab& lab, const std::filesystem::path& display,
                       const OutputSetting& setting) {
  const long scale = std::lround(setting.scale);
  return lab.command("weston",
                     {"weston", "--backend=headless", "--renderer=gl", "--shell=kiosk",
                      "--socket=" + display.filename().string(), "--idle-time=0", "--no-config",
                      "--debug", option("--width", setting.mode.width / scale),
                      option("--height", setting.mode.height / scale), option("--scale", scale),
                      transform_option(setting.transform)});
}

}  // namespace

WestonScreen::WestonScreen(Lab& lab, const OutputSetting& setting)
    : lab_(lab),
      setting_(setting),
      display_(lab.runtime() / "wayland-weston"),
      process_(weston_command(lab, display_, setting)) {
  const bool ready = wait_until(
      [this] { return !process_.running() || std::filesystem::exists(display_); }, kPatience);
  if (!ready || !process_.running()) {
    throw std::runtime_error("Weston did not start: " + process_.err());
  }
  std::fprintf(stderr, "started Weston (process %d)\n", process_.pid());
}

// The program writes wayland-screenshot-TIME.png, of the output as it is turned, into its folder.
Picture WestonScreen::screenshot() {
  const TempDir folder;
  Command command = lab_.command("weston-screenshooter", {"weston-screenshooter"});
  command.directory = folder.private_folder("shot", lab_.user());
  command.environment.emplace_back("WAYLAND_DISPLAY", display_);
  const std::filesystem::path place = command.directory;
  const Finished done = run_to_end(std::move(command), kPatience);
  const std::filesystem::directory_iterator first(place);
  if (done.exit != Exit{.code = 0} || first == std::filesystem::directory_iterator()) {
    throw std::runtime_error("weston-screenshooter: " + done.err);
  }
  return upright_picture(read_png(first->path()), setting_.transform);
}

}  // namespace pierglass::test
