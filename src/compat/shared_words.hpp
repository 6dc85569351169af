// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/checked.hpp"

namespace pierglass::compat {

// The 32- and 64-bit words that host and readers share, by byte offset. Each call is one atomic
// access; nothing is cached. Offsets are ours or checked: inside the memory and aligned to the
// word.
class SharedWords {
 public:
  SharedWords() = default;
  explicit SharedWords(std::span<std::byte> memory) : memory_(memory) {}

  [[nodiscard]] std::uint64_t bytes() const { return memory_.size(); }
  [[nodiscard]] const std::byte* at(std::uint64_t offset) const { return memory_.data() + offset; }
  [[nodiscard]] std::byte* at(std::uint64_t offset) { return memory_.data() + offset; }

  [[nodiscard]] std::uint32_t load32(std::uint64_t offset) const {
    return __atomic_load_n(word32(offset), __ATOMIC_ACQUIRE);
  }
  [[nodiscard]] std::uint64_t load64(std::uint64_t offset) const {
    return __atomic_load_n(word64(offset), __ATOMIC_ACQUIRE);
  }
  void store32(std::uint64_t offset, std::uint32_t value) {
    __atomic_store_n(word32(offset), value, __ATOMIC_SEQ_CST);
  }
  void store64(std::uint64_t offset, std::uint64_t value) {
    __atomic_store_n(word64(offset), value, __ATOMIC_SEQ_CST);
  }
  // All return the value before.
  std::uint32_t add32(std::uint64_t offset, std::uint32_t value) {
    return __atomic_fetch_add(word32(offset), value, __ATOMIC_SEQ_CST);
  }
  std::uint32_t and32(std::uint64_t offset, std::uint32_t mask) {
    return __atomic_fetch_and(word32(offset), mask, __ATOMIC_SEQ_CST);
  }
  bool compare_exchange32(std::uint64_t offset, std::uint32_t expected, std::uint32_t desired) {
    return __atomic_compare_exchange_n(word32(offset), &expected, desired, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_RELAXED);
  }
  bool compare_exchange64(std::uint64_t offset, std::uint64_t expected, std::uint64_t desired) {
    return __atomic_compare_exchange_n(word64(offset), &expected, desired, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_RELAXED);
  }

 private:
  using Word32 [[gnu::may_alias]] = std::uint32_t;
  using Word64 [[gnu::may_alias]] = std::uint64_t;
  [[nodiscard]] Word32* word32(std::uint64_t offset) const {
    return reinterpret_cast<Word32*>(memory_.data() + offset);
  }
  [[nodiscard]] Word64* word64(std::uint64_t offset) const {
    return reinterpret_cast<Word64*>(memory_.data() + offset);
  }

  std::span<std::byte> memory_;
};

}  // namespace pierglass::compat
