// SPDX-License-Identifier: GPL-2.0-or-later
#include "shm/shared_memory.hpp"

#include <utility>

namespace pierglass::shm {

SharedMemory::SharedMemory(std::span<std::byte> bytes, std::uintptr_t platform)
    : bytes_(bytes), platform_(platform) {}

SharedMemory::SharedMemory(SharedMemory&& other) noexcept
    : bytes_(std::exchange(other.bytes_, {})), platform_(std::exchange(other.platform_, 0)) {}

SharedMemory& SharedMemory::operator=(SharedMemory&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  std::swap(platform_, other.platform_);
  return *this;
}

}  // namespace pierglass::shm
