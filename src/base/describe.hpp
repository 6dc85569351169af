// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "base/error.hpp"

namespace pierglass {

// The error in plain words, without a full stop; allocates, so never on a hot path.
std::string describe(const Error& error);

// "64 MiB", rounded down; below one, "4096 bytes".
std::string mebibytes(std::uint64_t bytes);

}  // namespace pierglass
