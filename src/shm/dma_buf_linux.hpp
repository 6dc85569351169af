// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <expected>
#include <string>

#include "base/fd.hpp"

// Windows of the shared memory as dma-bufs, which a GPU or a compositor reads without a copy.
namespace pierglass::shm {

struct DmaBufWindow {
  std::uint64_t offset = 0;  // bytes; both are multiples of a page
  std::uint64_t bytes = 0;
};

enum class DmaBufCause : std::uint8_t {
  NoDevice,       // there is no /dev/udmabuf
  NoPermission,   // this user may not open it
  TooLarge,       // `got` bytes in one dma-buf where the driver allows `want`
  NotMemfd,       // a file that has a name, which can never be sealed
  MayShrink,      // a memfd without F_SEAL_SHRINK
  WriteSealed,    // a memfd that nobody may write any more
  Misaligned,     // the window does not begin and end with a page
  OutsideMemory,  // the window ends at `got` where the memory ends at `want`
  HugePages,      // this kernel's driver cannot take memory made of huge pages
  NotKvmfr,       // a device that does not know kvmfr's request
  OsCall,         // anything else: errno in `os`
};

struct DmaBufRefusal {
  DmaBufCause cause = DmaBufCause::OsCall;
  int os = 0;              // errno, where a call failed
  std::uint64_t got = 0;   // see DmaBufCause
  std::uint64_t want = 0;  // see DmaBufCause
  friend bool operator==(const DmaBufRefusal&, const DmaBufRefusal&) = default;
};

// The reason and what the user can do, as one sentence without a full stop.
std::string describe(const DmaBufRefusal& refusal);

// A close-on-exec descriptor that keeps the window's memory alive, or why there can be none.
using DmaBuf = std::expected<Fd, DmaBufRefusal>;

// Of the memory behind `memory`, which stays the caller's: a device is asked as kvmfr's, all else
// goes through /dev/udmabuf. May block while pages are brought in; any thread.
[[nodiscard]] DmaBuf create_dma_buf(int memory, DmaBufWindow window);

// Whether create_dma_buf() works for this memory at all, tried with its first page; the driver may
// still refuse larger windows.
[[nodiscard]] std::expected<void, DmaBufRefusal> probe_dma_buf(int memory);

}  // namespace pierglass::shm
