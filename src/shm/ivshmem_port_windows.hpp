// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

#include "base/result.hpp"
#include "shm/ivshmem_interrupts.hpp"

namespace pierglass::shm {

// The interrupts of a mapped device, through virtio-win's driver. The driver obeys only the handle
// that mapped: this borrows it from the SharedMemory and must not be used after that.
class IvshmemPort {
 public:
  IvshmemPort(void* device, const IvshmemInterrupts& interrupts)
      : device_(device), interrupts_(interrupts) {}

  [[nodiscard]] const IvshmemInterrupts& interrupts() const { return interrupts_; }

  // From now on the driver sets `event`, a Windows event, whenever our `vector` is rung; it clears
  // it first. Once for each vector as long as the device is open. Errors: as
  // IvshmemRegistrations::take(), else the failing call. One thread.
  Result<void> register_event(std::uint32_t vector, void* event);

  // Rings a peer; numbers that no device like ours has are ignored, and so is a failure: a ring is
  // a hint. Everything stored before is in memory first, also through a write-combined mapping. Any
  // thread; the driver takes one call after the other and none of them waits for the other side.
  void ring(std::uint32_t peer, std::uint32_t vector) const noexcept;

 private:
  void* device_;
  IvshmemInterrupts interrupts_;
  IvshmemRegistrations registrations_;
};

}  // namespace pierglass::shm
