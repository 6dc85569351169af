// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/result.hpp"

// Maps the memory that a region lives in. The Linux and the Windows side have one interface each,
// in files suffixed _linux and _windows; this type is what both give.
namespace pierglass::shm {

// A mapped range; move-only. Destroying it unmaps.
class SharedMemory {
 public:
  SharedMemory() = default;
  SharedMemory(SharedMemory&& other) noexcept;
  SharedMemory& operator=(SharedMemory&& other) noexcept;
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;
  ~SharedMemory();

  [[nodiscard]] std::span<std::byte> bytes() const { return bytes_; }

  // False once a page of the mapping has vanished (the file was truncated). Linux replaces the
  // whole mapping by private zero pages then, so that reads give zeros instead of SIGBUS; map
  // again to go on. Any thread.
  [[nodiscard]] bool intact() const;

 private:
  friend class Mapper;  // the platform's files
  SharedMemory(std::span<std::byte> bytes, std::uintptr_t platform);

  std::span<std::byte> bytes_;
  std::uintptr_t platform_ = 0;  // meaning: the platform file's
};

}  // namespace pierglass::shm
