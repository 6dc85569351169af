// SPDX-License-Identifier: GPL-2.0-or-later
#include "input/command.hpp"

#include <algorithm>
#include <array>

namespace pierglass::input {
namespace {

struct Entry {
  Command command;
  std::string_view name;
  std::string_view help;
};

constexpr auto kCommands = std::to_array<Entry>({
    {Command::ToggleCapture, "toggle-capture", "enter or leave capture"},
    {Command::Capture, "capture", "enter capture"},
    {Command::Release, "release", "leave capture"},
    {Command::ToggleFullscreen, "toggle-fullscreen", "fullscreen on or off"},
    {Command::Stats, "stats", "statistics on or off"},
    {Command::Screenshot, "screenshot", "save a picture of the guest"},
    {Command::NextFilter, "next-filter", "next filter for scaling"},
    {Command::FilterAuto, "filter-auto", "scale as suits the sizes"},
    {Command::FilterNearest, "filter-nearest", "scale by the nearest pixel"},
    {Command::FilterBilinear, "filter-bilinear", "scale smoothly"},
    {Command::FilterSharp, "filter-sharp", "scale to sharp squares"},
    {Command::FilterLanczos, "filter-lanczos", "scale by Lanczos"},
    {Command::ToggleTearing, "toggle-tearing", "show pictures at once, torn, or whole"},
    {Command::TearingOn, "tearing-on", "show pictures at once, torn"},
    {Command::TearingOff, "tearing-off", "show pictures whole"},
    {Command::ReleaseAll, "release-all", "release all keys and buttons in the guest"},
    {Command::CtrlAltDel, "ctrl-alt-del", "Ctrl+Alt+Del to the guest"},
    {Command::CtrlAltF1, "ctrl-alt-f1", "Ctrl+Alt+F1 to the guest"},
    {Command::CtrlAltF2, "ctrl-alt-f2", "Ctrl+Alt+F2 to the guest"},
    {Command::CtrlAltF3, "ctrl-alt-f3", "Ctrl+Alt+F3 to the guest"},
    {Command::CtrlAltF4, "ctrl-alt-f4", "Ctrl+Alt+F4 to the guest"},
    {Command::CtrlAltF5, "ctrl-alt-f5", "Ctrl+Alt+F5 to the guest"},
    {Command::CtrlAltF6, "ctrl-alt-f6", "Ctrl+Alt+F6 to the guest"},
    {Command::CtrlAltF7, "ctrl-alt-f7", "Ctrl+Alt+F7 to the guest"},
    {Command::CtrlAltF8, "ctrl-alt-f8", "Ctrl+Alt+F8 to the guest"},
    {Command::CtrlAltF9, "ctrl-alt-f9", "Ctrl+Alt+F9 to the guest"},
    {Command::CtrlAltF10, "ctrl-alt-f10", "Ctrl+Alt+F10 to the guest"},
    {Command::CtrlAltF11, "ctrl-alt-f11", "Ctrl+Alt+F11 to the guest"},
    {Command::CtrlAltF12, "ctrl-alt-f12", "Ctrl+Alt+F12 to the guest"},
    {Command::Quit, "quit", "quit"},
});
static_assert(kCommands.size() == kCommandCount);
// entry() takes the command as the place in the list.
static_assert(std::ranges::is_sorted(kCommands, {}, &Entry::command));
static_assert(kCommands.front().command == Command{0} &&
              kCommands.back().command == Command{kCommandCount - 1});

const Entry& entry(Command command) {
  return kCommands[static_cast<std::size_t>(command)];
}

}  // namespace

std::string_view name(Command command) {
  return entry(command).name;
}

std::string_view help(Command command) {
  return entry(command).help;
}

std::optional<Command> command_named(std::string_view name) {
  const auto* const found = std::ranges::find(kCommands, name, &Entry::name);
  if (found == kCommands.end()) return std::nullopt;
  return found->command;
}

}  // namespace pierglass::input
