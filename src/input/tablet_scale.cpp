// SPDX-License-Identifier: GPL-2.0-or-later
#include "input/tablet_scale.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace pierglass::input {

Point TabletScale::aim(Point target, HostTime now) {
  target = {std::min(target.x, kFarthest), std::min(target.y, kFarthest)};
  if (target_ != target) seen_.reset();
  target_ = target;
  settled_ = target.x <= proven_.x && target.y <= proven_.y;
  due_.reset();
  if (!settled_) due_ = now + kRest;
  return to_send(target);
}

void TabletScale::report(Point position, HostTime now) {
  seen_ = position;
  if (target_ && !settled_) due_ = now + kRest;
}

void TabletScale::reset() {
  target_.reset();
  seen_.reset();
  due_.reset();
  proven_ = {};
  settled_ = false;
}

std::optional<Point> TabletScale::on_time(HostTime now) {
  if (!due_ || now < *due_) return std::nullopt;
  due_.reset();
  if (!target_ || !seen_) return std::nullopt;
  const auto near = [](std::int64_t a, std::int64_t b) { return std::abs(a - b) <= kExact; };
  settled_ = near(target_->x, seen_->x) && near(target_->y, seen_->y);
  if (settled_) {
    // A scale that is right here within kExact is so a little farther out.
    proven_ = {std::max(proven_.x, target_->x + target_->x / 4),
               std::max(proven_.y, target_->y + target_->y / 4)};
    return std::nullopt;
  }
  const bool across = x_.learn(target_->x, seen_->x);
  const bool down = y_.learn(target_->y, seen_->y);
  seen_.reset();
  if (!across && !down) return std::nullopt;
  due_ = now + kRest;
  return to_send(*target_);
}

Point TabletScale::to_send(Point target) const {
  return {.x = x_.send(target.x), .y = y_.send(target.y)};
}

std::int32_t TabletScale::Side::send(std::int32_t target) const {
  return static_cast<std::int32_t>(std::lround(target * scale_));
}

bool TabletScale::Side::learn(std::int32_t target, std::int32_t seen) {
  if (target < kApart || seen <= 0) return false;
  const double scale = std::clamp(scale_ * target / seen, 1 / kMaxScale, kMaxScale);
  const auto near = [scale](double other) { return std::abs(other - scale) <= kAgreement * scale; };
  const bool agrees =
      candidate_ && std::abs(candidate_->target - target) >= kApart && near(candidate_->scale);
  candidate_ = {.target = target, .scale = scale};
  if (std::abs(scale - scale_) <= scale_ / target) return false;  // less than a pixel
  if (!agrees && !(agreed_ && near(*agreed_))) return false;
  if (agrees) agreed_ = scale;
  scale_ = scale;
  return true;
}

}  // namespace pierglass::input
