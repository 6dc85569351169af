// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/tearing_command.hpp"

namespace pierglass::app {

std::optional<bool> tearing_of(input::Command command, bool now) {
  switch (command) {
    case input::Command::ToggleTearing:
      return !now;
    case input::Command::TearingOn:
      return true;
    case input::Command::TearingOff:
      return false;
    default:
      return std::nullopt;
  }
}

const char* tearing_message(Tearing tearing) {
  switch (tearing) {
    case Tearing::Off:
      return "Tearing: off";
    case Tearing::On:
      return "Tearing: on";
    case Tearing::NotHere:
      return "This desktop does not support tearing";
    case Tearing::ByDriver:
      return "The graphics driver decides about tearing by itself";
  }
  return "";
}

}  // namespace pierglass::app
