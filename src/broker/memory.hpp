// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "base/fd.hpp"
#include "base/result.hpp"

// One virtual machine's memory, which all its peers map.
namespace pierglass::broker {

inline constexpr std::uint64_t kMinMemoryBytes = std::uint64_t{1} << 20;
inline constexpr std::uint64_t kMaxMemoryBytes = std::uint64_t{1} << 40;

enum class Pages : std::uint8_t { Ordinary, Huge };

struct Memory {
  Fd descriptor;
  std::uint64_t bytes = 0;
  bool fresh = true;  // nobody had it before
};

// New memory, all zero, that nobody can shrink, grow or execute, and that udmabuf can make dma-bufs
// of. `name` shows in /proc. `bytes` is a power of two from kMinMemoryBytes on. Pages are taken
// when they are first touched; huge ones now. Busy: there are not enough huge pages: `got` are
// free, `want` are needed.
Result<Memory> create_memory(const std::string& name, std::uint64_t bytes, Pages pages);

// The file /dev/shm/NAME as memory, for readers that can only map files: made, or taken over when
// it is a plain file of ours and of that size; with `mode` and `group` (as FileModes has them).
// It can be shrunk by whoever may write to it, and no dma-buf can be made of it. InvalidArgument:
// not a name. PermissionDenied: another user's file. Corrupt: its size is `got` instead of `want`.
Result<Memory> expose_memory(const std::string& name, std::uint64_t bytes, mode_t mode,
                             gid_t group);

// What is behind a descriptor that was kept while no broker ran. Unsupported: not such memory.
Result<Memory> adopt_memory(Fd descriptor);

// The sysctl command that makes room for that many bytes in huge pages.
std::string huge_page_command(std::uint64_t bytes);

}  // namespace pierglass::broker
