// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.hpp"
#include "shm/ivshmem_device.hpp"
#include "shm/ivshmem_port_windows.hpp"
#include "shm/shared_memory.hpp"

namespace pierglass::shm {

struct IvshmemMemory {
  SharedMemory memory;
  IvshmemPort port;  // not after `memory`
};

// Maps the chosen device through virtio-win's driver. Errors: as choose_ivshmem(); Busy when
// another program has the device (the driver allows one mapping a device); PermissionDenied;
// NotReady; Unsupported when the driver reports a nonsensical mapping; else the failing call.
Result<IvshmemMemory> open_ivshmem(const IvshmemChoice& choice, IvshmemCache cache);

}  // namespace pierglass::shm
