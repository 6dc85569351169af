// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/watched_memory.hpp"

#include <utility>

#include "base/describe.hpp"
#include "shm/kvmfr_linux.hpp"

namespace pierglass::source {

WatchedMemory::WatchedMemory(std::string path, shm::SharedMemory memory,
                             const shm::FileIdentity& identity)
    : path_(std::move(path)), memory_(std::move(memory)), identity_(identity), seen_(identity) {}

Result<WatchedMemory> WatchedMemory::open(std::string path) {
  // Identity first: a file replaced in between then looks changed.
  const shm::FileIdentity identity = TRY(shm::identify(path));
  shm::SharedMemory memory = TRY(shm::open_memory(path));
  return WatchedMemory(std::move(path), std::move(memory), identity);
}

WatchedMemory WatchedMemory::over(shm::SharedMemory memory) {
  return {{}, std::move(memory), {}};
}

bool WatchedMemory::changed() {
  if (path_.empty()) return false;
  const auto identity = shm::identify(path_);
  if (!identity) return false;
  seen_ = *identity;
  return seen_ != identity_ || !memory_.intact();
}

void WatchedMemory::reopen() {
  if (path_.empty()) return;
  identity_ = seen_;
  auto memory = shm::open_memory(path_);
  error_ = memory ? std::string() : describe(memory.error());
  memory_ = memory ? std::move(*memory) : shm::SharedMemory();
}

}  // namespace pierglass::source
