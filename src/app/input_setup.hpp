// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "app/options_input.hpp"
#include "input/router.hpp"
#include "spice/address.hpp"

// The user's words about keyboard and mouse as the modules want them. Errors are sentences.
namespace pierglass::app {

std::expected<input::RouterOptions, std::string> router_options(const InputOptions& options);

// Where to look for the machine's SPICE server, in turn; empty for "none". `name` is the
// instance's. "auto" is a socket of that name in the runtime folder, where there is one, and then
// the port that SPICE servers usually have.
std::expected<std::vector<spice::Address>, std::string> spice_addresses(const std::string& choice,
                                                                        const std::string& name);

}  // namespace pierglass::app
