// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace pierglass::input {

// What a chord, or `pierglass send`, may ask for.
enum class Command : std::uint8_t {
  ToggleCapture,
  Capture,
  Release,
  ToggleFullscreen,
  Stats,       // the line of statistics on the picture, on or off
  Screenshot,  // of the guest's picture, to a file
  NextFilter,  // by which pictures are scaled, the next in turn
  FilterAuto,  // that one, as are the following
  FilterNearest,
  FilterBilinear,
  FilterSharp,
  FilterLanczos,
  ToggleTearing,
  TearingOn,  // pictures may be shown torn
  TearingOff,
  ReleaseAll,  // every key and button that the guest believes pressed
  CtrlAltDel,  // sent to the guest, as are the following
  CtrlAltF1,
  CtrlAltF2,
  CtrlAltF3,
  CtrlAltF4,
  CtrlAltF5,
  CtrlAltF6,
  CtrlAltF7,
  CtrlAltF8,
  CtrlAltF9,
  CtrlAltF10,
  CtrlAltF11,
  CtrlAltF12,
  Quit,
};

// All commands are 0 .. kCommandCount-1.
inline constexpr std::uint8_t kCommandCount = 30;

// "toggle-fullscreen"; what command_named() takes. Both in static memory.
std::string_view name(Command command);
// What it does, in a few words without a full stop: "fullscreen on or off".
std::string_view help(Command command);
std::optional<Command> command_named(std::string_view name);

}  // namespace pierglass::input
