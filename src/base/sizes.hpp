// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/geometry.hpp"

// Sizes as people write them, on command lines and in config files.
namespace pierglass {

// "1920x1080", digits and one x: each side from 1 to `longest`. Nothing: it is not that.
[[nodiscard]] std::optional<Size> parse_size(std::string_view text, std::uint32_t longest);

// "64M", "65536K", "1G", "67108864": bytes, at most 2^62. Nothing: it is not that.
[[nodiscard]] std::optional<std::uint64_t> parse_bytes(std::string_view text);

}  // namespace pierglass
