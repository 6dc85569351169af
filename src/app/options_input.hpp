// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "input/router.hpp"
#include "spice/address.hpp"

namespace pierglass::app {

enum class SpiceChoice : std::uint8_t {
  Auto,  // see spice_addresses()
  None,
  At,  // an address
};

// What the user can decide about keyboard and mouse.
struct InputOptions {
  SpiceChoice spice = SpiceChoice::Auto;  // where the machine's SPICE server is
  spice::Address spice_address;           // of SpiceChoice::At
  std::string spice_password_file;        // path; empty: see spice_password()
  input::RouterOptions router;
  bool shift_scrolls_sideways = true;  // a sideways turn is the wheel with Shift
  std::string screenshots;             // folder; empty: see screenshot_folder()
};

}  // namespace pierglass::app
