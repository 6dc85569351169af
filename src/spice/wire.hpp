// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

#include "base/result.hpp"

namespace pierglass::spice {

static_assert(std::endian::native == std::endian::little, "SPICE is little-endian");

// Takes packed little-endian numbers off the front of what a peer sent. A number that is not there
// whole is zero, and complete() is false from then on.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : rest_(bytes) {}

  template <std::integral T>
  T take() {
    T value{};
    const auto bytes = take_bytes(sizeof value);
    if (bytes.size() == sizeof value) std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }

  // Empty when there are fewer.
  std::span<const std::byte> take_bytes(std::size_t count) {
    if (count > rest_.size()) {
      complete_ = false;
      rest_ = {};
      return {};
    }
    const auto taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }

  [[nodiscard]] bool complete() const { return complete_; }
  [[nodiscard]] std::size_t left() const { return rest_.size(); }

 private:
  std::span<const std::byte> rest_;
  bool complete_ = true;
};

// A few packed little-endian numbers, in the order of put(); our own, so they always fit.
class Packet {
 public:
  static constexpr std::size_t kCapacity = 160;  // a ticket is the longest

  template <std::integral T>
  Packet& put(T value) {
    return put_bytes(std::as_bytes(std::span(&value, 1)));
  }
  Packet& put_bytes(std::span<const std::byte> bytes) {
    CHECK(bytes.size() <= kCapacity - size_);
    if (!bytes.empty()) std::memcpy(bytes_.data() + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
    return *this;
  }

  [[nodiscard]] std::span<const std::byte> bytes() const { return std::span(bytes_).first(size_); }

 private:
  std::array<std::byte, kCapacity> bytes_;  // the first size_ are set
  std::size_t size_ = 0;
};

}  // namespace pierglass::spice
