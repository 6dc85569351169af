// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

#include "tests/support/mutter_bus.hpp"
#include "tests/support/output_setting.hpp"

namespace pierglass::test {

// What mutter calls its one output, and the mode that it is in.
struct MutterMonitor {
  std::uint32_t serial = 0;  // of the state that was asked for
  std::string connector;
  std::string mode;
};
MutterMonitor mutter_monitor(MutterBus& bus);

// Scale and transform through org.gnome.Mutter.DisplayConfig; throws when mutter refuses them.
void set_mutter_output(MutterBus& bus, const OutputSetting& setting);

}  // namespace pierglass::test
