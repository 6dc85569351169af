// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "shm/shared_memory.hpp"

namespace pierglass::shm {

// The one place that makes a SharedMemory on Windows.
class Mapper {
 public:
  // Takes a view of a file mapping over.
  static SharedMemory from_view(std::span<std::byte> view) { return SharedMemory(view, 0); }

  // Takes the driver's mapping over together with the device handle that owns it.
  static SharedMemory from_device(std::span<std::byte> mapping, void* device) {
    return SharedMemory(mapping, reinterpret_cast<std::uintptr_t>(device));
  }
};

}  // namespace pierglass::shm
