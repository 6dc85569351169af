// SPDX-License-Identifier: GPL-2.0-or-later
#include "shm/ivshmem_port_windows.hpp"

#include <immintrin.h>

#include "shm/ivshmem_driver_windows.hpp"

namespace pierglass::shm {

Result<void> IvshmemPort::register_event(std::uint32_t vector, void* event) {
  TRY(registrations_.take(interrupts_, vector));
  IvshmemEvent words{};
  words.vector = static_cast<std::uint16_t>(vector);
  words.event = event;
  if (ivshmem_request(device_, kIvshmemRegisterEvent, &words, sizeof words, nullptr, 0)) return {};
  return fail_os(OsErrorKind::Win32, GetLastError(), "IVSHMEM event registration");
}

void IvshmemPort::ring(std::uint32_t peer, std::uint32_t vector) const noexcept {
  auto words = make_ring(interrupts_, peer, vector);
  if (!words) return;
  _mm_sfence();
  ivshmem_request(device_, kIvshmemRingDoorbell, &*words, sizeof *words, nullptr, 0);
}

}  // namespace pierglass::shm
