// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

namespace pierglass::guest {

// guest/pierglass-guest.conf, which this program carries.
std::string sample_config();

}  // namespace pierglass::guest
