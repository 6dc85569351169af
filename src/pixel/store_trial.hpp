// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <string>

#include "base/clock.hpp"
#include "pixel/copy.hpp"

namespace pierglass::pixel {

// Which stores copy pictures quicker on this machine: one has streaming ones take half as long as
// plain ones, another twice as long. Found out by copies that are made anyway, so that no start
// waits for it. Pure; one thread.
class StoreTrial {
 public:
  // A shorter copy may stay in the caches, and says nothing.
  static constexpr std::size_t kLeast = std::size_t{1} << 20;
  // With each kind, in turn; the best counts, because others may have the processor meanwhile.
  static constexpr int kCopies = 4;

  // What the next copy is to be made with.
  [[nodiscard]] Stores stores() const { return trials_[turn_].stores; }
  // It was made with them, and took so long.
  void took(std::size_t bytes, Nanoseconds time);
  [[nodiscard]] bool decided() const { return left_ == 0; }
  // "streaming stores, 0.08 ms a MiB (plain stores 0.15 ms)"; empty until it is decided.
  [[nodiscard]] std::string describe() const;

 private:
  struct Trial {
    Stores stores;
    Nanoseconds time = Nanoseconds::max();  // for a MiB
  };
  std::array<Trial, 2> trials_{{{.stores = Stores::Streaming}, {.stores = Stores::Plain}}};
  std::size_t turn_ = 0;
  int left_ = 2 * kCopies;
};

}  // namespace pierglass::pixel
