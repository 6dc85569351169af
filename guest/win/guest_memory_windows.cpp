// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/win/guest_memory_windows.hpp"

#include <utility>

#include "shm/file_windows.hpp"
#include "shm/ivshmem_windows.hpp"

namespace pierglass::guest {

Result<GuestMemory> open_memory(const GuestOptions& options) {
  if (!options.memory.empty())
    return GuestMemory{.memory = TRY(shm::open_file(options.memory)), .port = std::nullopt};
  auto device = TRY(shm::open_ivshmem(options.device, options.cache));
  return GuestMemory{.memory = std::move(device.memory), .port = device.port};
}

}  // namespace pierglass::guest
