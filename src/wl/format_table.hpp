// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "wl/dmabuf_offer.hpp"

namespace pierglass::wl {

// The bytes of a zwp_linux_dmabuf_feedback_v1 table. Corrupt: no whole number of entries, or none;
// TooLarge: more than kMaxDmabufFormats.
Result<std::vector<DmabufFormat>> parse_format_table(std::span<const std::byte> table);

// The same out of the file that holds it, which stays the caller's: read once, so that it may
// change, shrink or be no file at all. `bytes` is what the compositor says of its size. TooSmall,
// OsCall, or as above.
Result<std::vector<DmabufFormat>> read_format_table(int file, std::uint32_t bytes);

}  // namespace pierglass::wl
