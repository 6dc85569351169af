// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/verbs.hpp"

#include <algorithm>
#include <array>

namespace pierglass::app {
namespace {

using input::Command;

struct Row {
  std::string_view name;
  WindowVerb verb;
};

// The others have their names in input/command.
constexpr std::array kWindowVerbs = {
    Row{"toggle", WindowVerb::Toggle},
    Row{"show", WindowVerb::Show},
    Row{"hide", WindowVerb::Hide},
};

bool is_left_out(Command command) {
  return command > Command::CtrlAltF1 && command <= Command::CtrlAltF12;
}

}  // namespace

std::optional<Verb> verb_of(std::string_view name) {
  const auto* row = std::ranges::find(kWindowVerbs, name, &Row::name);
  if (row != kWindowVerbs.end()) return row->verb;
  return input::command_named(name);
}

std::string verb_list() {
  std::string list;
  for (const Row& row : kWindowVerbs) list += std::string(row.name) + ", ";
  for (std::uint8_t number = 0; number < input::kCommandCount; ++number) {
    const auto command = static_cast<Command>(number);
    if (is_left_out(command)) continue;
    list += input::name(command);
    if (command == Command::CtrlAltF1) list += " to -f12";
    if (command != Command::Quit) list += ", ";
  }
  return list;
}

}  // namespace pierglass::app
