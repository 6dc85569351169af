// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace pierglass::test {

// A page that a Windows program under Wine and a Linux one share, to take turns: the one says how
// many scripts it has played, the other how many it has looked at.
class TurnFile {
 public:
  static constexpr std::size_t kBytes = 4096;

  explicit TurnFile(std::span<std::byte> page) : page_(page) {}

  [[nodiscard]] std::atomic_ref<std::uint32_t> played() const { return word(0); }
  [[nodiscard]] std::atomic_ref<std::uint32_t> seen() const { return word(64); }

 private:
  [[nodiscard]] std::atomic_ref<std::uint32_t> word(std::size_t offset) const {
    return std::atomic_ref<std::uint32_t>(*reinterpret_cast<std::uint32_t*>(page_.data() + offset));
  }
  std::span<std::byte> page_;
};

}  // namespace pierglass::test
