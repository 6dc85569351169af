// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/mutter_output.hpp"

namespace pierglass::test {
namespace {

const MutterBus::Object kDisplays{.service = "org.gnome.Mutter.DisplayConfig",
                                  .path = "/org/gnome/Mutter/DisplayConfig",
                                  .interface = "org.gnome.Mutter.DisplayConfig"};
constexpr std::uint32_t kTemporary = 1;  // the method of ApplyMonitorsConfig

}  // namespace

MutterMonitor mutter_monitor(MutterBus& bus) {
  const BusMessage reply = bus.call(kDisplays, "GetCurrentState", nullptr);
  sd_bus_message* message = reply.get();
  MutterMonitor monitor;
  const char* connector = nullptr;
  const char* mode = nullptr;
  const auto enter = [message](char type, const char* contents) {
    check_bus(sd_bus_message_enter_container(message, type, contents), "mutter's monitors");
  };
  check_bus(sd_bus_message_read(message, "u", &monitor.serial), "mutter's serial");
  enter('a', "((ssss)a(siiddada{sv})a{sv})");
  enter('r', "(ssss)a(siiddada{sv})a{sv}");
  enter('r', "ssss");
  check_bus(sd_bus_message_read(message, "s", &connector), "mutter's connector");
  check_bus(sd_bus_message_skip(message, "sss"), "mutter's monitor");
  check_bus(sd_bus_message_exit_container(message), "mutter's monitor");
  enter('a', "(siiddada{sv})");
  enter('r', "siiddada{sv}");
  check_bus(sd_bus_message_read(message, "s", &mode), "mutter's mode");
  monitor.connector = connector;
  monitor.mode = mode;
  return monitor;
}

void set_mutter_output(MutterBus& bus, const OutputSetting& setting) {
  const MutterMonitor monitor = mutter_monitor(bus);
  constexpr int kPrimary = 1;
  // One logical monitor at 0,0 of one monitor, both without properties.
  bus.call(kDisplays, "ApplyMonitorsConfig", "uua(iiduba(ssa{sv}))a{sv}", monitor.serial,
           kTemporary, 1, 0, 0, setting.scale, std::uint32_t{std::to_underlying(setting.transform)},
           kPrimary, 1, monitor.connector.c_str(), monitor.mode.c_str(), 0, 0);
}

}  // namespace pierglass::test
