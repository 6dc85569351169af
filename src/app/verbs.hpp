// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "input/command.hpp"

namespace pierglass::app {

enum class WindowVerb : std::uint8_t { Toggle, Show, Hide };

// What another process may ask of the running client over the control socket.
using Verb = std::variant<WindowVerb, input::Command>;

// By its name on the command line and on the socket ("toggle", "ctrl-alt-f7"); nothing for others.
std::optional<Verb> verb_of(std::string_view name);

// "toggle, show, ..., quit"; the twelve ctrl-alt-f1 to -f12 as one.
std::string verb_list();

}  // namespace pierglass::app
