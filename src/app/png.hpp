// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/geometry.hpp"
#include "base/result.hpp"

namespace pierglass::app {

// Writes Xrgb8888 pixels, row by row without padding, as an RGB picture of eight bits. The file
// appears whole or not at all: it is written beside `path` and takes its place, and that of a file
// of this name. Blocks for as long as compressing takes, which is a second for 4K. InvalidArgument
// when the size is not that of the pixels, OsCall when it cannot be written.
Result<void> write_png(const std::string& path, Size size, std::span<const std::uint32_t> pixels);

}  // namespace pierglass::app
