// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>

#include "base/fd.hpp"

namespace pierglass::test {

// A new listening socket at `path`, which `owner` may use. Throws std::system_error.
Fd listen_at(const std::filesystem::path& path, std::optional<uid_t> owner);

// Not valid when nobody listens there; throws std::system_error for a path that is too long.
Fd connect_to(const std::filesystem::path& path);

std::int64_t monotonic_ns();  // CLOCK_MONOTONIC

}  // namespace pierglass::test
