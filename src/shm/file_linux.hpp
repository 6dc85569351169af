// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "shm/shared_memory.hpp"

namespace pierglass::shm {

// Less is no memory worth mapping.
inline constexpr std::uint64_t kMinMemoryBytes = 4096;

// What a path named at one moment. A file that was replaced, truncated or grown differs, and so
// does another device.
struct FileIdentity {
  dev_t device = 0;
  ino_t inode = 0;
  dev_t character_device = 0;  // 0: a regular file
  std::uint64_t bytes = 0;     // 0 for a device
  mode_t mode = 0;
  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;

  // Users outside owner and group may read or write it.
  [[nodiscard]] bool open_to_others() const { return (mode & 0006) != 0; }
};

// What `path` names now, a regular file or a character device. NotFound, PermissionDenied,
// NotARegularFile for anything else (also for symbolic links, which another user may have planted
// in a shared folder), or the failing call.
Result<FileIdentity> identify(const std::string& path);

// Maps all of an existing regular file for reading and writing. Errors as identify(), and TooSmall
// below kMinMemoryBytes.
Result<SharedMemory> open_file(const std::string& path);

// Makes a file of `bytes` zeros that owner and group may use (0660, less the umask) and maps it.
// Errors: as open_file, and errno EEXIST when there is one already.
Result<SharedMemory> create_file(const std::string& path, std::uint64_t bytes);

// Memory without a name, sealed against changes of its size; the descriptor is not kept.
Result<SharedMemory> create_memfd(std::uint64_t bytes);

// Maps all of what `fd` refers to, a regular file or a memfd that may have come from anybody; the
// descriptor stays the caller's. Any size from kMinMemoryBytes on. Errors: as open_file.
Result<SharedMemory> map_fd(int fd);

// True when nobody can make what `fd` refers to smaller (F_SEAL_SHRINK): SharedMemory::intact()
// stays true for ever then.
bool keeps_its_size(int fd);

// False for devices, sockets and what cannot be asked.
bool is_regular_file(int fd);

}  // namespace pierglass::shm
