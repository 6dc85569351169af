// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>

#include "app/present_news.hpp"
#include "input/command.hpp"

namespace pierglass::app {

// Whether a command asks for tearing, where it is allowed `now` or not; none: it asks for something
// else.
std::optional<bool> tearing_of(input::Command command, bool now);

// What the user is told of it; a sentence without a full stop.
const char* tearing_message(Tearing tearing);

}  // namespace pierglass::app
