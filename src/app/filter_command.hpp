// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>

#include "input/command.hpp"
#include "pixel/filter.hpp"

namespace pierglass::app {

// The filter that a command asks for, after `now`; none: it asks for something else.
std::optional<pixel::Filter> filter_of(input::Command command, pixel::Filter now);

}  // namespace pierglass::app
