// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/verbs.hpp"

#include <algorithm>
#include <array>

namespace pierglass::app {
namespace {

using input::Command;

struct Row {
  std::string_view name;
  Verb verb;
};

constexpr std::array kVerbs = {
    Row{"toggle", WindowVerb::Toggle},
    Row{"show", WindowVerb::Show},
    Row{"hide", WindowVerb::Hide},
    Row{"capture", Command::Capture},
    Row{"release", Command::Release},
    Row{"toggle-capture", Command::ToggleCapture},
    Row{"toggle-fullscreen", Command::ToggleFullscreen},
    Row{"stats", Command::Stats},
    Row{"screenshot", Command::Screenshot},
    Row{"release-all", Command::ReleaseAll},
    Row{"ctrl-alt-del", Command::CtrlAltDel},
    Row{"ctrl-alt-f1", Command::CtrlAltF1},
    Row{"ctrl-alt-f2", Command::CtrlAltF2},
    Row{"ctrl-alt-f3", Command::CtrlAltF3},
    Row{"ctrl-alt-f4", Command::CtrlAltF4},
    Row{"ctrl-alt-f5", Command::CtrlAltF5},
    Row{"ctrl-alt-f6", Command::CtrlAltF6},
    Row{"ctrl-alt-f7", Command::CtrlAltF7},
    Row{"ctrl-alt-f8", Command::CtrlAltF8},
    Row{"ctrl-alt-f9", Command::CtrlAltF9},
    Row{"ctrl-alt-f10", Command::CtrlAltF10},
    Row{"ctrl-alt-f11", Command::CtrlAltF11},
    Row{"ctrl-alt-f12", Command::CtrlAltF12},
    Row{"quit", Command::Quit},
};

bool is_left_out(const Verb& verb) {
  const auto* command = std::get_if<Command>(&verb);
  return command != nullptr && *command > Command::CtrlAltF1 && *command <= Command::CtrlAltF12;
}

}  // namespace

std::optional<Verb> verb_of(std::string_view name) {
  const auto* row = std::ranges::find(kVerbs, name, &Row::name);
  if (row == kVerbs.end()) return std::nullopt;
  return row->verb;
}

std::string verb_list() {
  std::string list;
  for (const Row& row : kVerbs) {
    if (is_left_out(row.verb)) continue;
    if (!list.empty()) list += ", ";
    list += row.name;
    if (row.verb == Verb(Command::CtrlAltF1)) list += " to -f12";
  }
  return list;
}

}  // namespace pierglass::app
