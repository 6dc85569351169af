// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstddef>
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

// Whom to ring: one entry a reader block at most. A value; making one allocates nothing.
class DoorbellList {
 public:
  // Ignored when the list is full or nobody can be rung there.
  void add(DoorbellAddress address) {
    if (count_ < addresses_.size() && address.reachable()) addresses_[count_++] = address;
  }
  [[nodiscard]] const DoorbellAddress* begin() const { return addresses_.data(); }
  [[nodiscard]] const DoorbellAddress* end() const { return addresses_.data() + count_; }
  [[nodiscard]] std::size_t size() const { return count_; }
  [[nodiscard]] bool empty() const { return count_ == 0; }

 private:
  std::array<DoorbellAddress, wire::kMaxReaders> addresses_;
  std::size_t count_ = 0;
};

}  // namespace pierglass::ring
