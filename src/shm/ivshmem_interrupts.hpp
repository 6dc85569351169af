// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/result.hpp"

// What virtio-win's driver can do with a device's interrupts. Portable, so that it is tested
// without Windows.
namespace pierglass::shm {

// As the driver's answer to a mapping says.
struct IvshmemInterrupts {
  std::uint16_t peer = 0;     // our own id at the ivshmem server; 0 also on a plain device
  std::uint16_t granted = 0;  // interrupts that Windows gave the device; 0: a plain device

  // Those that the driver tells apart: it takes number 64 for number 0, and knows none above.
  [[nodiscard]] std::uint32_t vectors() const { return std::min<std::uint32_t>(granted, 64); }
};

// The driver's words for a ring.
struct IvshmemRing {
  std::uint16_t peer;
  std::uint16_t vector;
  friend bool operator==(const IvshmemRing&, const IvshmemRing&) = default;
};
static_assert(sizeof(IvshmemRing) == 4);

// Nothing for numbers that no device like our own has; they may come from a hostile reader.
std::optional<IvshmemRing> make_ring(const IvshmemInterrupts& own, std::uint32_t peer,
                                     std::uint32_t vector);

// Which vectors have been given an event. The driver forgets a registration only when the device is
// closed, counts each repetition, and has room for few. One thread.
class IvshmemRegistrations {
 public:
  static constexpr std::uint32_t kMost = 32;

  // Once for each vector. Unsupported: the driver does not serve this vector (`got`), but those
  // below `want`. Busy: it has been taken. TooLarge: the driver has room for `want` only.
  Result<void> take(const IvshmemInterrupts& own, std::uint32_t vector);

 private:
  std::uint64_t taken_ = 0;  // bit i: vector i
};

}  // namespace pierglass::shm
