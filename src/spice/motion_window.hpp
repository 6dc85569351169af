// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "base/geometry.hpp"

namespace pierglass::spice {

// Counts of a mouse.
struct Motion {
  std::int32_t dx = 0;
  std::int32_t dy = 0;
  friend bool operator==(const Motion&, const Motion&) = default;

  [[nodiscard]] bool none() const { return dx == 0 && dy == 0; }
};

// What the mouse has moved and the server has not been told yet. At most kOpen messages about
// motion are on the way to a server; while so many are, what moves is added up.
class MotionWindow {
 public:
  static constexpr std::uint32_t kBunch = 4;  // SPICE_INPUT_MOTION_ACK_BUNCH
  static constexpr std::uint32_t kOpen = 2 * kBunch;
  static constexpr std::int32_t kMaxStep = 127;       // of one message: a PS/2 mouse has no more
  static constexpr std::int32_t kMaxPending = 32767;  // each way; farther is cut off

  void add(Motion motion);
  void place(Point position) { position_ = position; }  // the newest counts
  void forget();                                        // what waits
  [[nodiscard]] bool idle() const { return pending_.none() && !position_; }

  // The next message to be sent now; none while nothing waits or the window is closed. `force`:
  // although it is closed, for what must not overtake it. The steps of a long way form a line.
  std::optional<Motion> next_step(bool force);
  std::optional<Point> next_position(bool force);

  // The server has taken kBunch of them.
  void acknowledge() { on_the_way_ -= on_the_way_ < kBunch ? on_the_way_ : kBunch; }
  [[nodiscard]] std::uint32_t on_the_way() const { return on_the_way_; }

 private:
  [[nodiscard]] bool open() const { return on_the_way_ < kOpen; }

  Motion pending_;
  std::optional<Point> position_;
  std::uint32_t on_the_way_ = 0;
};

}  // namespace pierglass::spice
