// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/kwin.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <utility>

#include "tests/support/wait_until.hpp"

namespace pierglass::test {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 20s;

const char* kwin_name(Transform transform) {
  constexpr std::array kNames = {"Normal",  "Rotated90", "Rotated180", "Rotated270",
                                 "Flipped", "Flipped90", "Flipped180", "Flipped270"};
  return kNames[std::to_underlying(transform)];
}

// What KWin remembers of the screens that it saw.
std::string output_configuration(const OutputSetting& setting) {
  const nlohmann::json mode = {
      {"width", setting.mode.width}, {"height", setting.mode.height}, {"refreshRate", 60000}};
  const nlohmann::json output = {{"connectorName", "WL-0"},
                                 {"scale", setting.scale},
                                 {"transform", kwin_name(setting.transform)},
                                 {"mode", mode}};
  const nlohmann::json placed = {
      {"enabled", true}, {"outputIndex", 0}, {"position", {{"x", 0}, {"y", 0}}}, {"priority", 0}};
  const nlohmann::json setup = {{"lidClosed", false}, {"outputs", {placed}}};
  return nlohmann::json::array({{{"name", "outputs"}, {"data", nlohmann::json::array({output})}},
                                {{"name", "setups"}, {"data", nlohmann::json::array({setup})}}})
      .dump();
}

Size logical_size(const OutputSetting& setting) {
  const auto logical = [&setting](std::uint32_t pixels) {
    return static_cast<std::uint32_t>(std::lround(pixels / setting.scale));
  };
  return {logical(setting.mode.width), logical(setting.mode.height)};
}

std::uint32_t host_scale(const OutputSetting& setting) {
  return static_cast<std::uint32_t>(std::ceil(setting.scale));
}

Size host_mode(const OutputSetting& setting) {
  const Size logical = logical_size(setting);
  return {logical.width * host_scale(setting), logical.height * host_scale(setting)};
}

Picture upper_left(const Picture& picture, Size size) {
  Picture result(size);
  for (std::uint32_t y = 0; y < size.height; ++y) {
    for (std::uint32_t x = 0; x < size.width; ++x) {
      result.pixels[std::size_t{y} * size.width + x] = picture.at(x, y);
    }
  }
  return result;
}

}  // namespace

Command KwinScreen::command() {
  const Size window = logical_size(setting_);
  std::filesystem::create_directories(lab_.home() / ".config");
  std::ofstream(lab_.home() / ".config/kwinoutputconfig.json") << output_configuration(setting_);
  Command command =
      lab_.command("kwin", {"dbus-run-session", "--", "kwin_wayland", "--wayland-display",
                            host_.display().filename().string(), "--width",
                            std::to_string(window.width), "--height", std::to_string(window.height),
                            "--scale", std::to_string(setting_.scale), "--no-lockscreen",
                            "--no-global-shortcuts", "--socket", display_.filename().string()});
  return command;
}

KwinScreen::KwinScreen(Lab& lab, const OutputSetting& setting)
    : lab_(lab),
      setting_(setting),
      host_(lab, host_mode(setting)),
      display_(lab.runtime() / "wayland-kwin") {
  host_.message("output HEADLESS-1 scale " + std::to_string(host_scale(setting)));
  host_.message("for_window [app_id=\".*\"] fullscreen enable");
  process_.emplace(command());
  const bool ready = wait_until(
      [this] {
        return !process_->running() || (std::filesystem::exists(display_) &&
                                        host_.query("get_tree").contains("\"fullscreen_mode\": 1"));
      },
      kPatience);
  if (!ready || !process_->running()) {
    throw std::runtime_error("KWin did not start: " + process_->err());
  }
  std::fprintf(stderr, "started KWin (process %d)\n", process_->pid());
}

Picture KwinScreen::screenshot() {
  return upright_picture(upper_left(take_screenshot(lab_, host_), setting_.mode),
                         setting_.transform);
}

}  // namespace pierglass::test
