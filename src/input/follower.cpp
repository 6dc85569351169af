// SPDX-License-Identifier: GPL-2.0-or-later
#include "input/follower.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

namespace pierglass::input {
namespace {

constexpr std::int64_t kMaxStep =
    32767;  // counts; positions come from the guest and may be anything

std::int32_t step(std::int64_t counts) {
  return static_cast<std::int32_t>(std::clamp(counts, -kMaxStep, kMaxStep));
}

Point distance(Point from, Point to) {
  return {.x = step(std::int64_t{to.x} - from.x), .y = step(std::int64_t{to.y} - from.y)};
}

double product(Point a, Point b) {
  return double{1} * a.x * b.x + double{1} * a.y * b.y;
}

// At least one count toward what is missing.
std::int32_t scaled(std::int32_t missing, double gain) {
  if (missing == 0) return 0;
  const std::int64_t counts = std::llround(missing * gain);
  return counts != 0 ? step(counts) : (missing < 0 ? -1 : 1);
}

}  // namespace

void Follower::aim(Point target, HostTime now) {
  if (!target_) {
    target_ = target;
    gain_ = 1;
    approach(target, now);
  } else {
    const Point way = distance(*target_, target);
    target_ = target;
    if (way != Point{}) move(way, now);
  }
  if (std::exchange(tries_, 0) == kMaxTries) gain_ = 1;  // what was learnt did not help
  most_ = kMaxGain;
  corrected_from_.reset();
  due_ = now + kRest;
}

void Follower::move(Point way, HostTime now) {
  guest_.move_by(way.x, way.y);
  unanswered_since_ = now;
}

// By the shortest way that is known.
void Follower::approach(Point target, HostTime now) {
  if (host_.place_guest_pointer(target)) {
    unanswered_since_ = now;
  } else if (reported_ && *reported_ != target) {
    const Point missing = distance(*reported_, target);
    sent_ = {.x = scaled(missing.x, gain_), .y = scaled(missing.y, gain_)};
    corrected_from_ = reported_;
    move(sent_, now);
  }
}

void Follower::report(Point position, HostTime now) {
  reported_ = position;
  unanswered_since_.reset();
  if (!target_) return;
  due_.reset();
  if (position != *target_) due_ = now + kRest;
}

void Follower::reset() {
  target_.reset();
  due_.reset();
  unanswered_since_.reset();
  corrected_from_.reset();
}

void Follower::on_time(HostTime now) {
  if (!due_ || now < *due_) return;
  due_.reset();
  if (!target_ || !reported_) return;
  if (unanswered_since_ && now < *unanswered_since_ + kPatience) {
    due_ = *unanswered_since_ + kPatience;
    return;
  }
  learn(*reported_, *target_);
  if (*reported_ == *target_ || tries_ == kMaxTries) return;
  ++tries_;
  approach(*target_, now);
  due_ = now + kPatience;
}

// How far the last correction carried decides how much the next one sends. A guest whose speed
// jumps would be driven to and fro for ever: close by, what went too far is not sent again.
void Follower::learn(Point arrived, Point target) {
  if (!corrected_from_) return;
  const Point moved = distance(*corrected_from_, arrived);
  const Point missing = distance(arrived, target);
  const double along = product(moved, sent_);
  if (along > 0) {
    const bool too_far = product(missing, sent_) < 0;
    if (too_far && product(missing, missing) < kNear * kNear) most_ = gain_ * kDamping;
    gain_ = std::min(product(sent_, sent_) / along, most_);
  } else {
    gain_ = moved == Point{} ? gain_ * 2 : gain_ / 2;
  }
  gain_ = std::clamp(gain_, kMinGain, kMaxGain);
  corrected_from_.reset();
}

}  // namespace pierglass::input
