// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ivshmem/message.hpp"

namespace pierglass::broker {

// What a descriptor in systemd's store is, written in its name there: "VM/memory",
// "VM/ids", "VM/peer/ID/connection", "VM/peer/ID/VECTOR".
struct KeptName {
  enum class Kind : std::uint8_t { Memory, Ids, Connection, Vector };

  std::string vm;  // is_vm_name
  Kind kind = Kind::Memory;
  ivshmem::PeerId peer = 0;  // not of memory and ids
  std::size_t vector = 0;    // below ivshmem::kMaxVectors
  friend bool operator==(const KeptName&, const KeptName&) = default;
};

[[nodiscard]] std::string to_text(const KeptName& name);

// Nothing: to_text() would not have written that.
[[nodiscard]] std::optional<KeptName> parse_kept_name(std::string_view text);

}  // namespace pierglass::broker
