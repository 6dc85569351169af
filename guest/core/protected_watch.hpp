// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>

#include "base/clock.hpp"

namespace pierglass::guest {

// When to say that Windows blackens protected content, and that it has ceased to: each once, and
// not more often than kSpacing, however quickly it comes and goes. One thread.
class ProtectedWatch {
 public:
  static constexpr Nanoseconds kSpacing = std::chrono::seconds(10);

  // Of each picture.
  void saw(bool blackened) { blackened_ = blackened; }

  // What is to be said at `now`: it has begun, or ended (false). Nothing: all has been said, or
  // will be later. To be asked also while no pictures come.
  std::optional<bool> news(HostTime now) {
    if (blackened_ == said_ || (next_ && now < *next_)) return std::nullopt;
    said_ = blackened_;
    next_ = now + kSpacing;
    return said_;
  }

 private:
  bool blackened_ = false;
  bool said_ = false;
  std::optional<HostTime> next_;  // not before
};

}  // namespace pierglass::guest
