// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>

namespace pierglass::spice {

// Bytes that wait to be sent, at most so many. Its memory is taken once.
class Output {
 public:
  explicit Output(std::size_t capacity)
      : bytes_(std::make_unique_for_overwrite<std::byte[]>(capacity)), capacity_(capacity) {}

  // All of them, or none and false when there is no room.
  [[nodiscard]] bool push(std::span<const std::byte> bytes) {
    if (bytes.size() > capacity_ - (end_ - begin_)) return false;
    if (bytes.size() > capacity_ - end_) close_gap();
    if (!bytes.empty()) std::memcpy(bytes_.get() + end_, bytes.data(), bytes.size());
    end_ += bytes.size();
    return true;
  }

  [[nodiscard]] std::span<const std::byte> waiting() const {
    return {bytes_.get() + begin_, end_ - begin_};
  }
  // The first of waiting() have been sent.
  void drop(std::size_t count) {
    begin_ += count;
    if (begin_ == end_) begin_ = end_ = 0;
  }

 private:
  void close_gap() {
    std::memmove(bytes_.get(), bytes_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }

  std::unique_ptr<std::byte[]> bytes_;
  std::size_t capacity_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace pierglass::spice
