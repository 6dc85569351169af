// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/successor.hpp"

#include <sys/stat.h>

#include <cstddef>
#include <utility>

#include "base/checked.hpp"
#include "shm/file_linux.hpp"
#include "wire/layout.hpp"
#include "wire/parse.hpp"

namespace pierglass::source {

bool Successor::lives(int memory) {
  if (memory < 0 || !map(memory)) {
    *this = {};
    return false;
  }
  const auto layout = wire::parse_region(memory_.bytes());
  const std::uint64_t session = layout ? layout->session : 0;
  const auto heartbeat =
      snapshot<std::uint64_t>(memory_.bytes().data() + offsetof(wire::RawHeader, heartbeat));
  const bool same = std::exchange(session_, session) == session;
  const bool beat = std::exchange(heartbeat_, heartbeat) != heartbeat;
  return session != 0 && same && beat;
}

bool Successor::map(int memory) {
  struct stat status = {};
  if (fstat(memory, &status) != 0) return false;
  if (memory_.intact() && status.st_dev == device_ && status.st_ino == inode_) return true;
  static_assert(sizeof(wire::RawHeader) <= shm::kMinMemoryBytes);
  auto mapped = shm::map_fd(memory);
  if (!mapped) return false;
  *this = {};
  memory_ = std::move(*mapped);
  device_ = status.st_dev;
  inode_ = status.st_ino;
  return true;
}

}  // namespace pierglass::source
