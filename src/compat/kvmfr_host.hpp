// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace pierglass::compat {

// What a Looking Glass host says of itself and its machine. Strings are printable ASCII, other
// bytes as '?', and empty when not told.
struct KvmfrHost {
  std::uint32_t version = 0;            // of KVMFR
  std::string release;                  // "B7"
  bool moves_pointer = false;           // understands SETCURSORPOS
  std::array<std::uint8_t, 16> uuid{};  // RFC 4122 order; all zero: unknown
  std::string capture;                  // "D12"
  std::string processor;
  std::uint32_t sockets = 0;  // 0: not told, as the following
  std::uint32_t cores = 0;
  std::uint32_t threads = 0;
  std::string system;  // "Windows 11"
};

// Where release B7's ways to capture stray from what the format says. Told by their names alone.
struct KvmfrQuirks {
  bool loses_damage = false;         // that of frames which the host drops ("DXGI")
  bool swaps_quarter_turns = false;  // 90 for 270 degrees and the other way round ("D12")
};
KvmfrQuirks quirks_of(const KvmfrHost& host);

inline constexpr std::uint32_t kMaxUserData = 64 * 1024;
inline constexpr std::string_view kKvmfrMagic = "KVMFR---";

// Parses the copied user data of a host, of any KVMFR version from 2 on: header and known records;
// unknown ones are skipped, a record that is cut ends the list. NotARegion without KVMFR's magic.
// Whether `version` can be read is the caller's to decide. Allocates.
Result<KvmfrHost> parse_kvmfr_host(std::span<const std::byte> user_data);

}  // namespace pierglass::compat
