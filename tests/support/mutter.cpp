// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/mutter.hpp"

#include <linux/input-event-codes.h>
#include <systemd/sd-bus.h>

#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <utility>

#include "tests/support/wait_until.hpp"

namespace pierglass::test {
namespace {

using namespace std::chrono_literals;

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

void check(int result, const std::string& what) {
  if (result < 0) throw std::runtime_error(what + ": " + std::strerror(-result));
}

}  // namespace

struct HeadlessMutter::Session {
  sd_bus* bus = nullptr;
  std::string path;

  ~Session() { sd_bus_unref(bus); }

  void connect(const std::filesystem::path& socket) {
    check(sd_bus_new(&bus), "no bus");
    check(sd_bus_set_address(bus, ("unix:path=" + socket.string()).c_str()), "no address");
    check(sd_bus_set_bus_client(bus, 1), "no bus client");
    check(sd_bus_start(bus), "mutter's bus");
  }

  // Whether mutter is there already.
  bool create() {
    sd_bus_message* reply = nullptr;
    const char* created = nullptr;
    const bool done = sd_bus_call_method(bus, kService, "/org/gnome/Mutter/RemoteDesktop", kService,
                                         "CreateSession", nullptr, &reply, nullptr) >= 0 &&
                      sd_bus_message_read(reply, "o", &created) >= 0;
    if (done) path = created;
    sd_bus_message_unref(reply);
    return done;
  }

  template <typename... Arguments>
  void call(const char* method, const char* types, Arguments... arguments) {
    check(sd_bus_call_method(bus, kService, path.c_str(), kSessionInterface, method, nullptr,
                             nullptr, types, arguments...),
          std::string("mutter refuses ") + method);
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
  // No settings from or to a disk, and nothing of the machine's services.
  command.environment.insert(command.environment.end(),
                             {{"DBUS_SESSION_BUS_ADDRESS", address},
                              {"DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent"},
                              {"GSETTINGS_BACKEND", "memory"}});
  return command;
}

HeadlessMutter::HeadlessMutter(Lab& lab, Size output)
    : lab_(lab),
      bus_(lab.runtime() / "bus"),
      display_(lab.runtime() / "wayland-gnome"),
      session_(std::make_unique<Session>()) {
  bus_process_.emplace(bus_command());
  if (!wait_until([this] { return std::filesystem::exists(bus_) || !bus_process_->running(); },
                  20s) ||
      !bus_process_->running()) {
    throw std::runtime_error("dbus-daemon did not start: " + bus_process_->err());
  }
  session_->connect(bus_);
  process_.emplace(mutter_command(output));
  const bool ready = wait_until(
      [this] {
        return !process_->running() || (std::filesystem::exists(display_) && session_->create());
      },
      20s);
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

}  // namespace pierglass::test
