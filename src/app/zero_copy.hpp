// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

namespace pierglass::app {

// Whether dma-bufs could be made of the memory, and if not why: a line for the log. `memory` is
// borrowed; tries a page of it.
std::string zero_copy_line(int memory);

// The same for the memory that `path` names; empty when it cannot be opened.
std::string zero_copy_line(const std::string& path);

}  // namespace pierglass::app
