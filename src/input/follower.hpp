// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>

#include "base/clock.hpp"
#include "base/geometry.hpp"
#include "input/guest.hpp"
#include "input/host.hpp"

namespace pierglass::input {

// Keeps the guest's pointer under the desktop's where the machine has a mouse but no tablet, so
// that only distances can be sent and the guest's acceleration bends them. Moves at once by what it
// assumes; once the pointer rests, compares with what the guest reports and corrects.
class Follower {
 public:
  // So long after the last movement or report.
  static constexpr Nanoseconds kRest = std::chrono::milliseconds(40);
  // A correction that no report follows had no effect.
  static constexpr Nanoseconds kPatience = std::chrono::milliseconds(250);
  static constexpr int kMaxTries = 16;
  // Windows' slowest setting makes a pixel of 32 counts, its fastest three of one and more in
  // haste.
  static constexpr double kMinGain = 0.125;
  static constexpr double kMaxGain = 32;
  static constexpr double kNear = 12;  // pixels
  static constexpr double kDamping = 0.75;

  // Guest::move_by() and Host::place_guest_pointer() are called, from aim() and on_time().
  Follower(Guest& guest, Host& host) : guest_(guest), host_(host) {}

  // Where the guest's pointer shall be: the first after reset() is where the pointer entered.
  void aim(Point target, HostTime now);
  // Where the guest says that it is; any value. Remembered across reset().
  void report(Point position, HostTime now);
  // The pointer left or moves otherwise.
  void reset();

  [[nodiscard]] std::optional<HostTime> deadline() const { return due_; }
  void on_time(HostTime now);

 private:
  void move(Point way, HostTime now);
  void approach(Point target, HostTime now);
  void learn(Point arrived, Point target);

  Guest& guest_;
  Host& host_;
  std::optional<Point> target_;  // none: not following
  std::optional<Point> reported_;
  std::optional<HostTime> due_;               // of the next comparison
  std::optional<HostTime> unanswered_since_;  // the last movement that no report followed
  std::optional<Point> corrected_from_;       // where the last correction began
  Point sent_;                                // by it
  int tries_ = 0;
  double gain_ = 1;         // counts for each pixel that is missing
  double most_ = kMaxGain;  // that it may be, by what went too far on the way to this target
};

}  // namespace pierglass::input
