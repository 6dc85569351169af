// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "broker/settings.hpp"

namespace pierglass::broker {

// The settings, or the exit status with which the program must end at once: 0 after --help,
// --version and --print-config, else 2 after one sentence on standard error. `arguments` lacks the
// program's name. Reads the config file, and the user database for names of users and groups.
std::expected<Settings, int> parse_options(const std::vector<std::string>& arguments);

}  // namespace pierglass::broker
