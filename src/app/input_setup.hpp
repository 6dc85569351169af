// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "app/options_input.hpp"
#include "spice/address.hpp"

namespace pierglass::app {

// Where to look for the machine's SPICE server, in turn; empty for SpiceChoice::None. `name` is the
// instance's: SpiceChoice::Auto is a socket of that name in the runtime folder, where there is one,
// and then the port that SPICE servers usually have.
std::vector<spice::Address> spice_addresses(const InputOptions& options, const std::string& name);

}  // namespace pierglass::app
