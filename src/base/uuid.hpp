// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace pierglass {

// "01234567-89ab-cdef-0123-456789abcdef" of bytes in RFC 4122's order; empty when all are zero,
// which stands for unknown.
std::string uuid_text(std::span<const std::byte, 16> uuid);

}  // namespace pierglass
