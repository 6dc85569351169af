// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/clock.hpp"

namespace pierglass::guest {

// When to look for the next picture. Deadlines lie on a grid, so that a late one is made up for,
// but a whole interval that was missed is not.
class Pacer {
 public:
  static constexpr std::uint32_t kFastest = 1'000'000;  // millihertz

  // `own` is what we offer, `wanted` what the readers want at most, in millihertz; 0: no limit.
  void set_rates(std::uint32_t own, std::uint32_t wanted) {
    std::uint32_t rate = own != 0 ? std::min(own, kFastest) : kFastest;
    if (wanted != 0) rate = std::min(rate, wanted);
    interval_ = Nanoseconds(1'000'000'000'000 / rate);
  }

  // The moment of the next look; `now` or later means: look now.
  [[nodiscard]] HostTime due(HostTime now) const {
    return last_ ? *last_ + std::min(ahead_, interval_ / 4) + interval_ : now;
  }

  // A look was taken.
  void looked(HostTime now) {
    const HostTime planned = due(now);
    last_ = now - planned < interval_ ? std::min(planned, now) : now;
    ahead_ = {};
  }

  // A look was taken for a reason of its own, sooner or later than was due. It counts as the one
  // that was due, so that no more are taken than by the rate; but the grid stays near.
  void looked_apart(HostTime now) {
    const HostTime planned = std::clamp(due(now), now - interval_ * 3 / 4, now + interval_ / 4);
    last_ = std::min(planned, now);
    ahead_ = planned - *last_;
  }

  [[nodiscard]] Nanoseconds interval() const { return interval_; }

 private:
  Nanoseconds interval_ = Nanoseconds(1'000'000'000'000 / kFastest);
  std::optional<HostTime> last_;  // not in the future, whatever the rate becomes
  Nanoseconds ahead_{};           // of it the grid, a quarter of an interval at most
};

}  // namespace pierglass::guest
