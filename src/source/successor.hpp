// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "shm/shared_memory.hpp"

namespace pierglass::source {

// Whether a guest lives in memory that is offered instead of the one in use: seen by its heartbeat,
// without taking part. One thread; nothing blocks.
class Successor {
 public:
  // Looks at what the descriptor (borrowed; -1: there is none) refers to. True when a session of
  // ours is there and beat since the last call.
  bool lives(int memory);

 private:
  bool map(int memory);

  shm::SharedMemory memory_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
  std::uint64_t session_ = 0;  // 0: not looked at yet
  std::uint64_t heartbeat_ = 0;
};

}  // namespace pierglass::source
