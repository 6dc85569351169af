// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <type_traits>

namespace pierglass {

// Arithmetic on numbers that a peer chose: nothing when the result does not fit.
template <std::unsigned_integral T>
constexpr std::optional<T> checked_add(T a, T b) {
  T out;
  if (__builtin_add_overflow(a, b, &out)) return std::nullopt;
  return out;
}

template <std::unsigned_integral T>
constexpr std::optional<T> checked_mul(T a, T b) {
  T out;
  if (__builtin_mul_overflow(a, b, &out)) return std::nullopt;
  return out;
}

// True when [offset, offset+length) lies within `total` bytes, for any values.
constexpr bool range_fits(std::uint64_t offset, std::uint64_t length, std::uint64_t total) {
  return offset <= total && length <= total - offset;
}

// `alignment` is a power of two and the sum must fit; for our own numbers only.
template <std::unsigned_integral T>
constexpr T align_up(T value, T alignment) {
  return (value + alignment - 1) & ~(alignment - 1);
}

// Words of shared memory are only touched through these and through atomics: another process may
// rewrite them at any moment, so a plain load could be repeated or torn by the compiler.
using SharedWord [[gnu::may_alias]] = std::uint64_t;
inline constexpr std::size_t kSharedWordBytes = sizeof(SharedWord);

// One word, with acquire: what is read afterwards is at least as new.
inline std::uint64_t load_shared_word(const void* shared) {
  return __atomic_load_n(static_cast<const SharedWord*>(shared), __ATOMIC_ACQUIRE);
}

inline bool shared_word_aligned(const void* shared) {
  return std::bit_cast<std::uintptr_t>(shared) % kSharedWordBytes == 0;
}

// Copies each shared byte exactly once. Aligned words are loaded with acquire, so that a guard word
// (sequence, session) read after this call is no older than what was copied: a sequence lock's
// reading side without a fence. Memory that is not aligned to a word is copied as plain bytes.
inline void read_shared(void* to, const void* shared, std::size_t bytes) {
  auto* out = static_cast<std::byte*>(to);
  const auto* in = static_cast<const std::byte*>(shared);
  const std::size_t words = shared_word_aligned(shared) ? bytes / kSharedWordBytes : 0;
  for (std::size_t i = 0; i < words; ++i, out += kSharedWordBytes, in += kSharedWordBytes) {
    const std::uint64_t word = load_shared_word(in);
    std::memcpy(out, &word, sizeof word);
  }
  std::memcpy(out, in, bytes - words * kSharedWordBytes);
  asm volatile("" : : "r"(to) : "memory");
}

// The writing side: aligned words are stored with release, so that whoever sees one of them also
// sees a guard word that was invalidated before this call.
inline void write_shared(void* shared, const void* from, std::size_t bytes) {
  auto* out = static_cast<std::byte*>(shared);
  const auto* in = static_cast<const std::byte*>(from);
  const std::size_t words = shared_word_aligned(shared) ? bytes / kSharedWordBytes : 0;
  for (std::size_t i = 0; i < words; ++i, out += kSharedWordBytes, in += kSharedWordBytes) {
    std::uint64_t word;
    std::memcpy(&word, in, sizeof word);
    __atomic_store_n(reinterpret_cast<SharedWord*>(out), word, __ATOMIC_RELEASE);
  }
  std::memcpy(out, in, bytes - words * kSharedWordBytes);
}

// One private copy of a record in shared memory, to be checked and then used instead of it.
template <typename T>
  requires std::is_trivially_copyable_v<T>
T snapshot(const void* shared) {
  T copy;
  read_shared(&copy, shared, sizeof copy);
  return copy;
}

}  // namespace pierglass
