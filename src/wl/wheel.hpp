// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "input/events.hpp"

namespace pierglass::wl {

// What one wl_pointer.frame says of the wheel. A notch comes as up to two events (a distance, and
// what it was in notches); this makes one Scroll of them.
class Wheel {
 public:
  // Events of the protocol; axes that it does not know are left out.
  void on_axis(std::uint32_t axis, double distance);
  void on_discrete(std::uint32_t axis, std::int32_t notches);
  void on_value120(std::uint32_t axis, std::int32_t value120);
  void on_source(std::uint32_t source) { source_ = source; }

  // What came for that axis since it was last taken; none: nothing.
  std::optional<input::Scroll> take(input::Axis axis);
  // The frame is over.
  void reset() { *this = {}; }

 private:
  struct Collected {
    double distance = 0;
    std::int64_t notches = 0;
    std::int64_t value120 = 0;
  };
  Collected* of(std::uint32_t axis);
  [[nodiscard]] bool is_finger() const;

  std::array<Collected, 2> axes_{};
  std::optional<std::uint32_t> source_;
};

}  // namespace pierglass::wl
