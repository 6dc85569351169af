// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace pierglass::compat {

// An LGMP host that no dialect can read.
struct Stranger {
  std::uint32_t lgmp = 0;
  std::uint32_t kvmfr = 0;  // 0: does not speak KVMFR
  std::string release;      // "B6"; empty: not told
  friend bool operator==(const Stranger&, const Stranger&) = default;
};

// Looks where the dialects have LGMP's magic number: a version of LGMP that none of them has, or
// another KVMFR in one of theirs. Whether the host lives cannot be told. Allocates.
std::optional<Stranger> find_stranger(std::span<std::byte> memory);

// One sentence with both sides' versions and what to do.
std::string describe(const Stranger& stranger);

}  // namespace pierglass::compat
