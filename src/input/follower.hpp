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
  static constexpr int kMaxTries = 10;
  static constexpr double kMinGain = 0.125;
  static constexpr double kMaxGain = 4;

  // Guest::move_by() and Host::place_guest_pointer() are called.
  Follower(Guest& guest, Host& host) : guest_(guest), host_(host) {}

  // Where the guest's pointer shall be: the first after reset() is where the pointer entered.
  void aim(Point target, HostTime now);
  // Where the guest says that it is; remembered across reset().
  void report(Point position, HostTime now);
  // The pointer left or moves otherwise.
  void reset();
  void forget_report() { reported_.reset(); }

  [[nodiscard]] std::optional<HostTime> deadline() const { return due_; }
  void on_time(HostTime now);

 private:
  void enter(Point target);
  void correct(Point distance, HostTime now);
  void learn(Point position);

  Guest& guest_;
  Host& host_;
  std::optional<Point> target_;  // none: not following
  std::optional<Point> reported_;
  std::optional<HostTime> due_;  // of the next comparison
  // The last correction: where it began and what was sent, until its report comes.
  std::optional<Point> corrected_from_;
  Point sent_;
  bool awaiting_ = false;
  int tries_ = 0;
  double gain_ = 1;  // counts sent for each pixel that is missing
};

}  // namespace pierglass::input
