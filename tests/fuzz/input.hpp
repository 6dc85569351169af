// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

namespace pierglass::fuzz {

// Takes plain values off the front of a fuzzer's bytes; zeroes once they are used up.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : rest_(data, size) {}

  [[nodiscard]] bool empty() const { return rest_.empty(); }

  void take_into(void* to, std::size_t bytes) {
    const std::size_t have = std::min(bytes, rest_.size());
    if (have != 0) std::memcpy(to, rest_.data(), have);
    rest_ = rest_.subspan(have);
  }

  template <typename T>
    requires std::is_trivially_copyable_v<T>
  T take() {
    T value{};
    take_into(&value, sizeof value);
    return value;
  }

 private:
  std::span<const std::uint8_t> rest_;
};

}  // namespace pierglass::fuzz
