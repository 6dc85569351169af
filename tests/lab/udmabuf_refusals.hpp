// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "tests/lab/checks.hpp"

namespace pierglass::lab {

// What the real driver refuses, and that the reason told is the right one. Needs /dev/udmabuf with
// its usual limits, and the rights of root.
void check_udmabuf_refusals(Checks& checks);

}  // namespace pierglass::lab
