// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <utility>

namespace pierglass {

// Sole owner of one system handle. Traits give
//   using Value = ...;                  the raw handle, cheap to copy
//   static constexpr Value invalid();   the value that owns nothing
//   static void close(Value) noexcept;  never called with invalid()
// A function that takes a handle over takes it by value; one that borrows takes Traits::Value.
template <typename Traits>
class Handle {
 public:
  using Value = typename Traits::Value;

  Handle() noexcept = default;
  explicit Handle(Value value) noexcept : value_(value) {}
  Handle(Handle&& other) noexcept : value_(other.release()) {}
  Handle& operator=(Handle&& other) noexcept {
    if (this != &other) reset(other.release());
    return *this;
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() { reset(); }

  [[nodiscard]] Value get() const noexcept { return value_; }
  explicit operator bool() const noexcept { return value_ != Traits::invalid(); }

  // Gives ownership up; the caller closes.
  [[nodiscard]] Value release() noexcept { return std::exchange(value_, Traits::invalid()); }

  void reset(Value value = Traits::invalid()) noexcept {
    Value old = std::exchange(value_, value);
    if (old != Traits::invalid()) Traits::close(old);
  }

 private:
  Value value_ = Traits::invalid();
};

}  // namespace pierglass
