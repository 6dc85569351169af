// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <span>
#include <string>

#include "guest/core/capture_source.hpp"
#include "guest/options.hpp"

namespace pierglass::guest {

// The source that the options ask for, or the sentence to end with: it cannot be had, or the
// region `memory`, unless it is empty, cannot hold its pictures. Makes the process aware of each
// monitor's own pixels.
// CaptureKind::Auto becomes what it comes to, with its rates. The source may borrow from `options`,
// which outlive it.
std::expected<std::unique_ptr<CaptureSource>, std::string> create_source(
    GuestOptions& options, std::span<std::byte> memory);

}  // namespace pierglass::guest
