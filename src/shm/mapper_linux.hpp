// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

#include "base/result.hpp"
#include "shm/shared_memory.hpp"

namespace pierglass::shm {

// The one place that makes a SharedMemory on Linux.
class Mapper {
 public:
  // Maps [0, bytes) of `fd`, shared and writable, under the SIGBUS guard.
  static Result<SharedMemory> map(int fd, std::uint64_t bytes);
};

}  // namespace pierglass::shm
