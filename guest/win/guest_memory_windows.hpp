// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "base/result.hpp"
#include "guest/options.hpp"
#include "shm/ivshmem_port_windows.hpp"
#include "shm/shared_memory.hpp"

namespace pierglass::guest {

struct GuestMemory {
  shm::SharedMemory memory;
  std::optional<shm::IvshmemPort> port;  // of a device; not after `memory`
  [[nodiscard]] std::span<std::byte> bytes() const { return memory.bytes(); }
};

// The file or the device that the options choose. Errors: as explain_memory() takes them.
Result<GuestMemory> open_memory(const GuestOptions& options);

}  // namespace pierglass::guest
