// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

#include "wire/layout.hpp"

namespace pierglass::ring {

// Where somebody is rung: a peer of the ivshmem device and one of its interrupts. Foreign numbers
// when read from the region: ring only what the own device has. A ring is a hint that may be lost.
struct DoorbellAddress {
  std::uint32_t peer = wire::kNoPeer;  // kNoPeer: cannot be rung
  std::uint32_t vector = 0;

  [[nodiscard]] bool reachable() const { return peer != wire::kNoPeer; }
  friend bool operator==(const DoorbellAddress&, const DoorbellAddress&) = default;
};

}  // namespace pierglass::ring
