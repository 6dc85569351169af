// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/mutter_bus.hpp"

namespace pierglass::test {

void MutterBus::connect(const std::filesystem::path& socket) {
  check_bus(sd_bus_new(&bus_), "no bus");
  check_bus(sd_bus_set_address(bus_, ("unix:path=" + socket.string()).c_str()), "no address");
  check_bus(sd_bus_set_bus_client(bus_, 1), "no bus client");
  check_bus(sd_bus_start(bus_), "mutter's bus");
}

}  // namespace pierglass::test
