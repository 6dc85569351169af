// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "shm/file_linux.hpp"
#include "shm/shared_memory.hpp"

namespace pierglass::source {

// The memory behind a path, whatever happens there: truncated, grown, removed, replaced. Whoever
// points into bytes() asks changed() regularly, lets go when it says so, and calls reopen().
// One thread; nothing blocks. Move-only.
class WatchedMemory {
 public:
  // Maps the file or kvmfr device. Errors: as shm::open_memory.
  static Result<WatchedMemory> open(std::string path);

  // Memory that needs no path and is never replaced; for tests.
  static WatchedMemory over(shm::SharedMemory memory);

  // Empty after a reopen() that failed.
  [[nodiscard]] std::span<std::byte> bytes() const { return memory_.bytes(); }

  // False while nothing is mapped and once a page of the mapping has vanished.
  [[nodiscard]] bool intact() const { return memory_.intact(); }

  // Looks at the path. True when it names other memory than what is mapped, or this is no longer
  // intact and there is something to map. Gone from the folder is no change: whoever has it mapped
  // may go on.
  [[nodiscard]] bool changed();

  // Maps what the path names now; bytes() from before are gone.
  void reopen();

  // Why nothing is mapped, as a sentence; empty otherwise.
  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  WatchedMemory(std::string path, shm::SharedMemory memory, const shm::FileIdentity& identity);

  std::string path_;  // empty: memory without one
  shm::SharedMemory memory_;
  shm::FileIdentity identity_;
  shm::FileIdentity seen_;  // what changed() saw last
  std::string error_;
};

}  // namespace pierglass::source
