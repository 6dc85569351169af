// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/core/look_planner.hpp"

#include <algorithm>

namespace pierglass::guest {
namespace {

constexpr Nanoseconds kLongestWork = std::chrono::milliseconds(50);
constexpr int kForget = 128;  // that part of what the work has become less, with each picture
// A source that tells of changes has had none waiting when it took longer than this.
constexpr Nanoseconds kWaiting = std::chrono::milliseconds(1);

}  // namespace

HostTime LookPlanner::due(HostTime now, const ring::LatchNotes& notes) {
  latches_.look(now, notes);
  const HostTime due = pacer_.due(now);
  plan_.reset();
  const Nanoseconds interval = pacer_.interval();
  HostTime from = due - interval / 4;
  if (last_) from = std::max(from, *last_ + interval / 2);
  const auto latch = latches_.next(now, from + lead());
  if (!latch || *latch - lead() >= due + interval * 7 / 8) {
    slept_for_.reset();
    return due;
  }
  plan_ = *latch - lead();
  if (*plan_ > now) slept_for_ = plan_;
  return *plan_;
}

HostTime LookPlanner::due(HostTime now) {
  plan_.reset();
  slept_for_.reset();
  return pacer_.due(now);
}

HostTime LookPlanner::ask_again(HostTime now, HostTime due) const {
  const auto look = wants_latches() ? latches_.next_look(now) : std::nullopt;
  return look ? std::min(*look, due) : due;
}

void LookPlanner::looked(HostTime now) {
  // What was planned for long ago, or only heard of too late, says nothing about how late we wake.
  const Nanoseconds late = plan_ && slept_for_ ? now - *slept_for_ : Nanoseconds::zero();
  late_ = late < pacer_.interval() / 4 ? std::max(late, Nanoseconds::zero()) : Nanoseconds::zero();
  plan_ ? pacer_.looked_apart(now) : pacer_.looked(now);
  plan_.reset();
  slept_for_.reset();
  last_ = now;
}

void LookPlanner::published(Nanoseconds work, Nanoseconds waited) {
  useful_ = waited < kWaiting;
  latches_.on_published();
  const Nanoseconds took = std::min(work + late_, kLongestWork);
  work_ = std::max(took, work_ - (work_ - took) / kForget);
}

}  // namespace pierglass::guest
