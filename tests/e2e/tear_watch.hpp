// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <functional>
#include <string>

#include "guest/core/pattern.hpp"
#include "tests/support/screenshot.hpp"

namespace pierglass::test {

// Takes screenshots of a moving 1:1 pattern for PIERGLASS_TEAR_SECONDS, otherwise 3, and expects
// each to show one frame, whole and no older than the last one's, and more than one in all. Frame
// number and every pixel go together in the pattern.
void expect_whole_frames(const std::function<Picture()>& screenshot,
                         const guest::PatternSpec& pattern, const std::string& name);

}  // namespace pierglass::test
