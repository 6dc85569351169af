// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <atomic>
#include <cstdint>

#include "app/present_news.hpp"

namespace pierglass::app {

// The newest state of the guest's pointer, from one thread that writes to any that read. The writer
// never waits; a reader looks again when it met the writer.
class PointerBoard {
 public:
  void write(const GuestPointer& pointer);
  [[nodiscard]] GuestPointer read() const;

 private:
  // Odd while the words below change. They are stored with release and loaded with acquire: who
  // sees a new word also sees the odd number that was stored before it.
  std::atomic<std::uint32_t> version_{0};
  std::atomic<std::uint64_t> position_{0};
  std::atomic<std::uint64_t> picture_{0};
  std::atomic<bool> visible_{false};
};

}  // namespace pierglass::app
