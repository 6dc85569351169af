// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/mutter_bus.hpp"

#include <cerrno>

namespace pierglass::test {

// The daemon's socket is there a moment before the daemon listens.
bool MutterBus::connect(const std::filesystem::path& socket) {
  bus_ = sd_bus_close_unref(bus_);
  check_bus(sd_bus_new(&bus_), "no bus");
  check_bus(sd_bus_set_address(bus_, ("unix:path=" + socket.string()).c_str()), "no address");
  check_bus(sd_bus_set_bus_client(bus_, 1), "no bus client");
  const int started = sd_bus_start(bus_);
  if (started == -ENOENT || started == -ECONNREFUSED) return false;
  check_bus(started, "mutter's bus");
  return true;
}

}  // namespace pierglass::test
