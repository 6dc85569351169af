// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "compat/dialect.hpp"

namespace pierglass::compat {

// LGMP's header as it stands at one moment; nothing is checked but that it is there.
struct LgmpHeader {
  std::uint32_t version;
  std::uint32_t session;
  std::uint64_t timestamp;
};

// What `layout`'s place in the memory holds. Nothing without the magic number there, or when the
// memory is too small for a header. Old bytes of one version may stand beside a live host's of
// another: believe the one whose timestamp moves.
std::optional<LgmpHeader> read_lgmp_header(std::span<std::byte> memory, const LgmpLayout& layout);

// The application's data behind the header, copied. Corrupt when its size exceeds `limit` or the
// memory.
Result<std::vector<std::byte>> copy_user_data(std::span<std::byte> memory, const LgmpLayout& layout,
                                              std::uint32_t limit);

// An id for this reader: from the host's counter where the version has one, else random. Not 0.
std::uint32_t choose_client_id(std::span<std::byte> memory, const LgmpLayout& layout);

}  // namespace pierglass::compat
