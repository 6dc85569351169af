// SPDX-License-Identifier: GPL-2.0-or-later
#include "pace/latch_news.hpp"

namespace pierglass::pace {

std::optional<Nanoseconds> LatchNews::news(HostTime now, std::optional<HostTime> latch) {
  if (!latch) {
    if (!told_) return std::nullopt;
    told_.reset();
    return Nanoseconds::zero();
  }
  const bool alike = told_ && std::chrono::abs(*latch - *told_) <= kAlike;
  if (alike || now < next_ || *latch <= now) return std::nullopt;
  told_ = latch;
  next_ = now + kSpacing;
  return *latch - now;
}

}  // namespace pierglass::pace
