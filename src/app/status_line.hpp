// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "app/statistics.hpp"
#include "base/clock.hpp"
#include "pace/frame_record.hpp"

namespace pierglass::app {

// What --stats prints of a stretch of time, as one to three short lines (ASCII) for the picture:
// frames a second, frames lost, then medians and 99th percentiles, then of a guest that rings how
// well it does, since it came. `summary` is of that stretch, `renderer` the presenter's name.
std::vector<std::string> status_lines(const PresentSnapshot& snapshot,
                                      const pace::FrameSummary& summary, Nanoseconds stretch,
                                      const std::string& renderer);

}  // namespace pierglass::app
