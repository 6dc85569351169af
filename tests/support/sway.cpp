// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/sway.hpp"

#include <chrono>
#include <cstdio>
#include <fstream>
#include <stdexcept>

#include "tests/support/patience.hpp"
#include "tests/support/wait_until.hpp"

namespace pierglass::test {
namespace {

using namespace std::chrono_literals;

std::string resolution(Size size) {
  return std::to_string(size.width) + "x" + std::to_string(size.height);
}

Command sway_command(Lab& lab, const std::filesystem::path& socket, Size output) {
  const std::filesystem::path config = lab.path() / "sway.conf";
  std::ofstream(config) << "output HEADLESS-1 resolution " << resolution(output)
                        << " position 0,0\n"
                           "seat seat0 fallback true\n"
                           "default_border none\n"
                           "xwayland disable\n";
  Command command = lab.command("sway", {"sway", "-c", config.string()});
  command.environment.insert(command.environment.end(), {{"SWAYSOCK", socket.string()},
                                                         {"WLR_BACKENDS", "headless"},
                                                         {"WLR_RENDERER", "pixman"},
                                                         {"WLR_LIBINPUT_NO_DEVICES", "1"}});
  return command;
}

}  // namespace

HeadlessSway::HeadlessSway(Lab& lab, Size output)
    : lab_(lab),
      display_(lab.runtime() / "wayland-1"),
      socket_(lab.runtime() / "sway.sock"),
      process_(sway_command(lab, socket_, output)) {
  const bool ready = wait_until(
      [this] {
        return !process_.running() ||
               (std::filesystem::exists(display_) && std::filesystem::exists(socket_));
      },
      patience(20s));
  if (!ready || !process_.running()) {
    throw std::runtime_error("Sway did not start: " + process_.err());
  }
  std::fprintf(stderr, "started Sway (%s, process %d)\n", resolution(output).c_str(),
               process_.pid());
}

Finished HeadlessSway::swaymsg(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"swaymsg", "-s", socket_.string()});
  return run_to_end(lab_.command("swaymsg", std::move(arguments)), patience(10s));
}

void HeadlessSway::message(const std::string& command) {
  const Finished done = swaymsg({"--", command});
  if (done.exit != Exit{.code = 0}) {
    throw std::runtime_error("swaymsg " + command + ": " + done.out + done.err);
  }
}

std::string HeadlessSway::query(const std::string& type) {
  return swaymsg({"-r", "-t", type}).out;
}

void HeadlessSway::set_resolution(Size output) {
  message("output HEADLESS-1 resolution " + resolution(output));
}

}  // namespace pierglass::test
