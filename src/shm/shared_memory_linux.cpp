// SPDX-License-Identifier: GPL-2.0-or-later
#include <sys/mman.h>

#include "shm/bus_guard_linux.hpp"
#include "shm/mapper_linux.hpp"
#include "shm/shared_memory.hpp"

namespace pierglass::shm {

SharedMemory::~SharedMemory() {
  if (bytes_.empty()) return;
  bus_guard::forget(static_cast<bus_guard::Slot>(platform_));
  munmap(bytes_.data(), bytes_.size());
}

bool SharedMemory::intact() const {
  return !bytes_.empty() && !bus_guard::lost(static_cast<bus_guard::Slot>(platform_));
}

Result<SharedMemory> Mapper::map(int fd, std::uint64_t bytes) {
  void* address = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (address == MAP_FAILED) return fail_os(OsErrorKind::Errno, errno, "mmap");
  const std::span mapping(static_cast<std::byte*>(address), bytes);
  const std::optional<bus_guard::Slot> slot = bus_guard::watch(mapping);
  if (!slot) {
    munmap(address, bytes);
    return fail(ErrorCode::Busy, "places for mappings", bus_guard::kMappings);
  }
  return SharedMemory(mapping, *slot);
}

}  // namespace pierglass::shm
