// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <windows.h>

#include <cstddef>
#include <cstdint>

// The interface of virtio-win's ivshmem.sys, as far as it is used here. Lengths of inputs and
// outputs are compared for equality by the driver.
namespace pierglass::shm {

// {DF576976-569D-4672-95A0-F57E4EA0B210}
inline constexpr GUID kIvshmemInterface = {
    0xdf576976, 0x569d, 0x4672, {0x95, 0xa0, 0xf5, 0x7e, 0x4e, 0xa0, 0xb2, 0x10}};

inline constexpr DWORD kIvshmemRequestSize = 0x222004;
inline constexpr DWORD kIvshmemRequestMmap = 0x222008;
inline constexpr DWORD kIvshmemReleaseMmap = 0x22200c;
inline constexpr DWORD kIvshmemRingDoorbell = 0x222010;   // takes an IvshmemRing
inline constexpr DWORD kIvshmemRegisterEvent = 0x222014;  // takes an IvshmemEvent

struct IvshmemMmapConfig {
  std::uint8_t cache_mode;  // IvshmemCache
};

struct IvshmemMmap {
  std::uint16_t peer;
  std::uint64_t bytes;
  void* address;
  std::uint16_t vectors;
};

// As a 64-bit program passes it; the driver understands no other.
struct IvshmemEvent {
  std::uint16_t vector;
  HANDLE event;
  std::uint8_t single_shot;  // 1: forgotten after the first ring
};

static_assert(sizeof(IvshmemMmapConfig) == 1);
static_assert(sizeof(IvshmemMmap) == 32);
static_assert(offsetof(IvshmemMmap, bytes) == 8);
static_assert(offsetof(IvshmemMmap, address) == 16);
static_assert(offsetof(IvshmemMmap, vectors) == 24);
static_assert(sizeof(IvshmemEvent) == 24);
static_assert(offsetof(IvshmemEvent, event) == 8);
static_assert(offsetof(IvshmemEvent, single_shot) == 16);

// All of the driver's requests complete at once, on handles that are not overlapped. False: see
// GetLastError(), or the driver answered with another length.
inline bool ivshmem_request(HANDLE device, DWORD code, void* in, DWORD in_bytes, void* out,
                            DWORD out_bytes) {
  DWORD returned = 0;
  return DeviceIoControl(device, code, in, in_bytes, out, out_bytes, &returned, nullptr) != 0 &&
         returned == out_bytes;
}

}  // namespace pierglass::shm
