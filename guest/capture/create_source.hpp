// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>

#include "guest/core/capture_source.hpp"
#include "guest/options.hpp"

namespace pierglass::guest {

// The source that the options ask for, or the sentence to end with: it cannot be had, or a region
// of `region_bytes` cannot hold its pictures. Makes the process aware of each monitor's own pixels.
// The source may borrow from `options`, which outlive it.
std::expected<std::unique_ptr<CaptureSource>, std::string> create_source(
    const GuestOptions& options, std::uint64_t region_bytes);

}  // namespace pierglass::guest
