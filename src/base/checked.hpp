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

// One private copy of a record that another process may rewrite at any moment. The barrier keeps
// the compiler from reading the shared bytes a second time after a check.
template <typename T>
  requires std::is_trivially_copyable_v<T>
T snapshot(const void* shared) {
  T copy;
  std::memcpy(&copy, shared, sizeof copy);
  asm volatile("" : : "r"(&copy) : "memory");
  return copy;
}

}  // namespace pierglass
