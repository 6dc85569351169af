// SPDX-License-Identifier: GPL-2.0-or-later
#include "spice/motion_window.hpp"

#include <spice/protocol.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace pierglass::spice {
namespace {

static_assert(MotionWindow::kBunch == SPICE_INPUT_MOTION_ACK_BUNCH);

std::int32_t bounded_sum(std::int32_t a, std::int32_t b) {
  const std::int64_t sum = std::int64_t{a} + b;
  return static_cast<std::int32_t>(
      std::clamp<std::int64_t>(sum, -MotionWindow::kMaxPending, MotionWindow::kMaxPending));
}

}  // namespace

void MotionWindow::add(Motion motion) {
  pending_ = {bounded_sum(pending_.dx, motion.dx), bounded_sum(pending_.dy, motion.dy)};
}

void MotionWindow::forget() {
  pending_ = {};
  position_.reset();
}

std::optional<Motion> MotionWindow::next_step(bool force) {
  if (pending_.none() || !(open() || force)) return std::nullopt;
  const std::int32_t farthest = std::max(std::abs(pending_.dx), std::abs(pending_.dy));
  const std::int32_t steps = (farthest + kMaxStep - 1) / kMaxStep;
  const Motion step{pending_.dx / steps, pending_.dy / steps};
  pending_ = {pending_.dx - step.dx, pending_.dy - step.dy};
  ++on_the_way_;
  return step;
}

std::optional<Point> MotionWindow::next_position(bool force) {
  if (!position_ || !(open() || force)) return std::nullopt;
  ++on_the_way_;
  return std::exchange(position_, std::nullopt);
}

}  // namespace pierglass::spice
