// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <sys/types.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>

#include "base/clock.hpp"

namespace pierglass::benchmarks {

// Written by the guest's process, read by the reader's.
struct Published {
  static constexpr std::size_t kFrames = 1 << 16;
  std::array<std::atomic<std::int64_t>, kFrames> at_ns;  // by sequence, right before the commit
  std::atomic<std::int64_t> told_ns;  // when the other process was notified last, see start_bell()
};

// What a guest publishes, until it is ended. Frames have no content.
struct Stream {
  Nanoseconds frames{};       // between two; 0: one frame at the start
  Nanoseconds frames_vary{};  // each comes up to so much later
  Nanoseconds moves{};        // between two motions of the pointer; 0: none
};

// A process that ends with this.
class Child {
 public:
  explicit Child(pid_t process) : process_(process) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

 private:
  pid_t process_;
};

// Zeroed, and shared with children that start afterwards.
std::shared_ptr<Published> make_published();

// A guest in a process of its own, a peer of the broker at `socket`, over the real ring.
std::unique_ptr<Child> start_guest(const std::filesystem::path& socket, const Stream& stream,
                                   Published& published);

// A process that does nothing but notify `event`, an eventfd, every 10 ms.
std::unique_ptr<Child> start_bell(int event, Published& published);

}  // namespace pierglass::benchmarks
