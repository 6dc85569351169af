// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>

#include "base/clock.hpp"
#include "base/geometry.hpp"

namespace pierglass::input {

// What a tablet must be told so that the guest's pointer lands where it is aimed at. The machine
// counts a tablet's places in pixels of a screen that it emulates (SPICE tells its size on the
// display channel only), while the picture is that of a graphics card of the guest's own. The
// ratio of the two is learnt from where the pointer was seen after it came to rest.
//
// Believed is only what two places well apart agree on, and later ones make more exact: a program
// that holds the pointer inside its window says something else at each.
class TabletScale {
 public:
  static constexpr Nanoseconds kRest = std::chrono::milliseconds(60);  // of aim and report
  static constexpr double kMaxScale = 16;                              // and one over it
  static constexpr std::int32_t kApart = 48;  // pixels; nearer to 0 and to each other says little
  static constexpr std::int32_t kExact = 2;   // pixels, as far as the emulated screen is coarser
  static constexpr double kAgreement = 0.04;
  static constexpr std::int32_t kFarthest = 1 << 20;  // pixels; no picture is as large

  // What to send.
  Point aim(Point target, HostTime now);
  // Where the guest's pointer was seen.
  void report(Point position, HostTime now);
  // The pointer came anew: what was learnt is to be seen once more.
  void reset();

  // Places as far from the corner as the last one were met: there is no need to look on.
  [[nodiscard]] bool settled() const { return settled_; }

  [[nodiscard]] std::optional<HostTime> deadline() const { return due_; }
  // What to send instead, when something was learnt.
  std::optional<Point> on_time(HostTime now);

 private:
  class Side {
   public:
    [[nodiscard]] std::int32_t send(std::int32_t target) const;
    // True when the scale changed.
    bool learn(std::int32_t target, std::int32_t seen);

   private:
    struct Sample {
      std::int32_t target;
      double scale;
    };
    double scale_ = 1;              // sent for each pixel of the picture
    std::optional<double> agreed_;  // by two places
    std::optional<Sample> candidate_;
  };

  [[nodiscard]] Point to_send(Point target) const;

  Side x_;
  Side y_;
  std::optional<Point> target_;
  std::optional<Point> seen_;  // since target_ was sent
  std::optional<HostTime> due_;
  Point proven_;  // the farthest that were met, on each side
  bool settled_ = false;
};

}  // namespace pierglass::input
