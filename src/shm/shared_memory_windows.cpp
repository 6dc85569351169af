// SPDX-License-Identifier: GPL-2.0-or-later
#include <windows.h>

#include "shm/ivshmem_driver_windows.hpp"
#include "shm/shared_memory.hpp"

// `platform_` is 0 for a view of a file mapping, else the handle of the IVSHMEM device.
namespace pierglass::shm {
namespace {

void release_device(HANDLE device) {
  // Closing the handle would unmap as well; a failure leaves that to it.
  ivshmem_request(device, kIvshmemReleaseMmap, nullptr, 0, nullptr, 0);
  CloseHandle(device);
}

}  // namespace

SharedMemory::~SharedMemory() {
  if (platform_ != 0) {
    release_device(reinterpret_cast<HANDLE>(platform_));
  } else if (!bytes_.empty()) {
    UnmapViewOfFile(bytes_.data());
  }
}

bool SharedMemory::intact() const {
  return true;
}

}  // namespace pierglass::shm
