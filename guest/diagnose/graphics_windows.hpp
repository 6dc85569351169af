// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "guest/diagnose/diagnosis.hpp"
#include "guest/diagnose/memory_windows.hpp"

namespace pierglass::guest {

// Every adapter and output: what it is, whether the memory holds its largest mode, HDR, whether it
// can be duplicated, and whether the adapter's copy engine can write to the memory.
void check_graphics(Diagnosis& diagnosis, const TestedMemory& memory);

}  // namespace pierglass::guest
