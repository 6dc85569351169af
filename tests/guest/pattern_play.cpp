// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/guest/pattern_play.hpp"

#include <algorithm>
#include <thread>

#include "guest/core/duplication_outcome.hpp"

namespace pierglass::test {
namespace {

std::uint32_t dxgi_format(wire::PixelFormat format) {
  for (const std::uint32_t one : guest::wanted_formats(guest::HdrWish::AsIs)) {
    if (guest::pixel_format_of(one) == format) return one;
  }
  return 0;
}

// As duplication gives it: a monochrome shape is as high as both its planes.
ScriptedShape duplicated(const guest::CursorShape& shape) {
  const bool planes = shape.info.type == wire::CursorType::Monochrome;
  std::uint32_t type = guest::dxgi::kMaskedColourShape;
  if (planes) type = guest::dxgi::kMonochromeShape;
  if (shape.info.type == wire::CursorType::Colour) type = guest::dxgi::kColourShape;
  return {.described = {.type = type,
                        .width = shape.info.size.width,
                        .height = shape.info.size.height * (planes ? 2 : 1),
                        .pitch = shape.info.pitch,
                        .hot = shape.info.hot},
          .image = shape.image,
          .wire = shape};
}

void sleep_until(HostTime time) {
  std::this_thread::sleep_until(std::chrono::steady_clock::time_point(time.time_since_epoch()));
}

}  // namespace

PatternPlay::PatternPlay(PatternDesktop desktop)
    : desktop_(std::move(desktop)), source_(desktop_.pattern) {
  take_frame();
}

// Also follows the pattern's sizes; true when there is a new picture.
bool PatternPlay::take_frame() {
  const auto outcome = source_.acquire(HostClock::now(), {}, frame_);
  if (outcome != guest::CaptureOutcome::Frame) return false;
  ++frames_;
  mode_.size = frame_.picture.size;
  mode_.format = dxgi_format(frame_.picture.format);
  mode_.rotation = desktop_.rotation;
  return true;
}

bool PatternPlay::wait_for_turn(std::uint32_t milliseconds) {
  const HostTime now = HostClock::now();
  const HostTime end = now + std::chrono::milliseconds(milliseconds);
  const HostTime due = std::max(due_.value_or(now), now);
  sleep_until(std::min(due, end));
  if (due > end) return false;
  due_ = due + desktop_.interval;
  return true;
}

void PatternPlay::show_pointer() {
  if (!desktop_.pattern.cursor) return;
  if (!pointer_shown_) step_.shape = duplicated(guest::pattern_cursor(*desktop_.pattern.cursor));
  if (pointer_shown_ && !desktop_.pattern.cursor_moves) return;
  pointer_shown_ = true;
  const Point hot = guest::pattern_cursor_position(mode_.size, pointer_ticks_++);
  const Point in_shape = guest::pattern_cursor(*desktop_.pattern.cursor).info.hot;
  step_.pointer = {.corner = {hot.x - in_shape.x, hot.y - in_shape.y}, .visible = true};
}

const DesktopStep* PatternPlay::next(std::uint32_t milliseconds) {
  if (!wait_for_turn(milliseconds)) return nullptr;
  const Size before = mode_.size;
  step_ = {};
  const bool lose = desktop_.lose_every != 0 && frames_ - lost_at_ >= desktop_.lose_every;
  step_.presented = take_frame();
  if (lose || mode_.size != before) {
    lost_at_ = frames_;
    pointer_shown_ = false;
    step_.result = guest::hresult::kDxgiAccessLost;
    return &step_;
  }
  show_pointer();
  if (!step_.presented) return step_.pointer || step_.shape ? &step_ : nullptr;
  if (frames_ % 7 == 0) step_.lists = Lists::MoreData;
  for (const Rect& rect : frame_.damage) {
    step_.dirty.push_back({.left = static_cast<std::int32_t>(rect.x),
                           .top = static_cast<std::int32_t>(rect.y),
                           .right = static_cast<std::int32_t>(rect.right()),
                           .bottom = static_cast<std::int32_t>(rect.bottom())});
  }
  return &step_;
}

}  // namespace pierglass::test
