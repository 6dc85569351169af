// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/mutter.hpp"

#include <linux/input-event-codes.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <utility>

#include "tests/support/mutter_bus.hpp"
#include "tests/support/mutter_cast.hpp"
#include "tests/support/mutter_output.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/wait_until.hpp"

namespace pierglass::test {
namespace {

using namespace std::chrono_literals;

const auto kPatience = patience(20s);
constexpr const char* kService = "org.gnome.Mutter.RemoteDesktop";
constexpr const char* kSessionInterface = "org.gnome.Mutter.RemoteDesktop.Session";

// Any user may talk on it: tests that run as root start mutter as somebody else.
std::string bus_configuration(const std::filesystem::path& socket) {
  return "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\" "
         "\"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n"
         "<busconfig><type>session</type><listen>unix:path=" +
         socket.string() +
         "</listen><auth>EXTERNAL</auth><policy context=\"default\"><allow user=\"*\"/>"
         "<allow own=\"*\"/><allow send_destination=\"*\"/><allow "
         "receive_sender=\"*\"/></policy></busconfig>\n";
}

// Scales that are no whole numbers are an experiment of mutter's.
void write_settings(const std::filesystem::path& home) {
  const std::filesystem::path folder = home / ".config/glib-2.0/settings";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "keyfile") << "[org/gnome/mutter]\n"
                                       "experimental-features=['scale-monitor-framebuffer']\n";
}

}  // namespace

struct HeadlessMutter::Session {
  MutterBus bus;
  MutterBus::Object remote{
      .service = kService, .path = "/org/gnome/Mutter/RemoteDesktop", .interface = kService};
  std::optional<MutterCast> cast;

  // Whether mutter is there already.
  bool create() try {
    const BusMessage reply = bus.call(remote, "CreateSession", nullptr);
    const char* created = nullptr;
    check_bus(sd_bus_message_read(reply.get(), "o", &created), "a session");
    remote = {.service = kService, .path = created, .interface = kSessionInterface};
    return true;
  } catch (const std::runtime_error&) {
    return false;
  }

  template <typename... Arguments>
  void call(const char* method, const char* types, Arguments... arguments) {
    bus.call(remote, method, types, arguments...);
  }
};

Command HeadlessMutter::bus_command() {
  const std::filesystem::path configuration = lab_.path() / "bus.conf";
  std::ofstream(configuration) << bus_configuration(bus_);
  return lab_.command("dbus-daemon",
                      {"dbus-daemon", "--nofork", "--config-file=" + configuration.string()});
}

Command HeadlessMutter::mutter_command(Size output) {
  const std::string size = std::to_string(output.width) + "x" + std::to_string(output.height);
  Command command =
      lab_.command("mutter", {"mutter", "--headless", "--wayland", "--no-x11", "--virtual-monitor",
                              size, "--wayland-display", display_.filename().string()});
  const std::string address = "unix:path=" + bus_.string();
  write_settings(lab_.home());
  // Nothing of the machine's settings and services.
  command.environment.insert(command.environment.end(),
                             {{"DBUS_SESSION_BUS_ADDRESS", address},
                              {"DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent"},
                              {"GSETTINGS_BACKEND", "keyfile"}});
  return command;
}

HeadlessMutter::HeadlessMutter(Lab& lab, Size output)
    : lab_(lab),
      bus_(lab.runtime() / "bus"),
      display_(lab.runtime() / "wayland-gnome"),
      session_(std::make_unique<Session>()) {
  bus_process_.emplace(bus_command());
  bool connected = false;
  const bool ended = wait_until(
      [&] {
        connected = session_->bus.connect(bus_);
        return connected || !bus_process_->running();
      },
      kPatience);
  if (!ended || !connected) {
    throw std::runtime_error("dbus-daemon did not start: " + bus_process_->err());
  }
  process_.emplace(mutter_command(output));
  const bool ready = wait_until(
      [this] {
        return !process_->running() || (std::filesystem::exists(display_) && session_->create());
      },
      kPatience);
  if (!ready || !process_->running()) {
    throw std::runtime_error("mutter did not start: " + process_->err());
  }
  session_->call("Start", nullptr);
  // The first event of a kind makes the device and is lost.
  key(KEY_LEFTSHIFT, true);
  key(KEY_LEFTSHIFT, false);
  move(1, 1);
  std::fprintf(stderr, "started mutter (process %d)\n", process_->pid());
}

HeadlessMutter::~HeadlessMutter() = default;

void HeadlessMutter::key(std::uint32_t code, bool down) {
  session_->call("NotifyKeyboardKeycode", "ub", code, static_cast<int>(down));
}

void HeadlessMutter::button(std::uint32_t button, bool down) {
  session_->call("NotifyPointerButton", "ib", static_cast<std::int32_t>(button),
                 static_cast<int>(down));
}

void HeadlessMutter::move(double dx, double dy) {
  session_->call("NotifyPointerMotionRelative", "dd", dx, dy);
}

void HeadlessMutter::set_output(const OutputSetting& setting) {
  set_mutter_output(session_->bus, setting);
}

Picture HeadlessMutter::screenshot(Size upright) {
  if (!session_->cast) session_->cast.emplace(lab_, session_->bus, bus_);
  return session_->cast->screenshot(upright);
}

}  // namespace pierglass::test
