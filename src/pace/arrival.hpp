// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/clock.hpp"

namespace pierglass::pace {

// The next moments at which a frame may come: `first`, then every `period`, `count` of them in all;
// each within `margin` to either side.
struct ArrivalWindows {
  HostTime first;
  Nanoseconds period;
  Nanoseconds margin;
  std::uint32_t count = 1;
};

// Learns the cadence of frames. A source that is tied to a refresh sends at multiples of one period
// (60 frames/s; a film's 2:3 pattern; a desktop that skips refreshes); such a grid is recognised
// and predicted. Anything else yields no prediction. One thread; never allocates.
class ArrivalPredictor {
 public:
  static constexpr std::size_t kHistory = 16;       // intervals
  static constexpr std::size_t kConfidence = 8;     // intervals needed before predicting
  static constexpr std::uint32_t kMaxMultiple = 8;  // periods between two frames
  static constexpr Nanoseconds kMinPeriod = std::chrono::microseconds(2500);
  static constexpr Nanoseconds kMaxInterval = std::chrono::milliseconds(200);
  // How far frames may stray from the grid: an eighth of the period, but what polling blurs anyway.
  static constexpr Nanoseconds kMinTolerance = std::chrono::microseconds(600);
  // A cadence that made us look too late this often within kHistory frames is not the right one.
  static constexpr std::uint32_t kMaxStrikes = 2;

  // A frame came at about `at` (polling was close enough to trust it).
  void observe(HostTime at);
  // A frame was found at `at`, having come at an unknown moment before while nobody had to look.
  void observe_unseen(HostTime at);
  // The same, but the prediction was trusted and the frame came before it.
  void observe_early(HostTime at);
  void reset();

  // Nothing without a cadence, or when the last arrival is not exactly known.
  [[nodiscard]] std::optional<ArrivalWindows> windows() const;
  // Zero while there is no cadence.
  [[nodiscard]] Nanoseconds period() const { return period_; }

 private:
  void learn();
  bool fits(Nanoseconds candidate);

  std::array<Nanoseconds, kHistory> intervals_{};
  std::size_t count_ = 0;
  std::size_t next_ = 0;
  HostTime last_;
  bool last_known_ = false;
  std::uint32_t strikes_ = 0;
  std::uint32_t since_strike_ = 0;  // frames
  Nanoseconds period_{};
  Nanoseconds margin_{};
  std::uint32_t multiple_ = 1;  // largest seen
};

}  // namespace pierglass::pace
