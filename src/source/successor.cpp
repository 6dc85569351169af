// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/successor.hpp"

#include <sys/stat.h>

#include <cstddef>
#include <utility>

#include "base/checked.hpp"
#include "shm/file_linux.hpp"
#include "wire/layout.hpp"

namespace pierglass::source {

bool Successor::lives(int memory) {
  if (memory < 0 || !map(memory)) {
    *this = {};
    return false;
  }
  const std::byte* header = memory_.bytes().data();
  const auto word = [&](std::size_t offset) { return snapshot<std::uint64_t>(header + offset); };
  const std::uint64_t session = word(offsetof(wire::RawHeader, session));
  const std::uint64_t heartbeat = word(offsetof(wire::RawHeader, heartbeat));
  const bool ours = word(offsetof(wire::RawHeader, magic)) == wire::kMagic && session != 0;
  const bool same = std::exchange(session_, ours ? session : 0) == session;
  return (std::exchange(heartbeat_, heartbeat) != heartbeat) && ours && same;
}

bool Successor::map(int memory) {
  struct stat status = {};
  if (fstat(memory, &status) != 0) return false;
  if (!memory_.bytes().empty() && status.st_dev == device_ && status.st_ino == inode_) return true;
  auto mapped = shm::map_fd(memory);
  if (!mapped || mapped->bytes().size() < sizeof(wire::RawHeader)) return false;
  *this = {};
  memory_ = std::move(*mapped);
  device_ = status.st_dev;
  inode_ = status.st_ino;
  return true;
}

}  // namespace pierglass::source
