// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/lent_frames.hpp"

#include <algorithm>
#include <utility>

namespace pierglass::app {

LentFrames::Room LentFrames::room(HostTime now) {
  if (free(now)) return Room::Free;
  if (copies_until_ && now < *copies_until_) return Room::None;
  if (!waits_since_) waits_since_ = now;
  if (now - *waits_since_ < kPatience) return Room::Wait;
  copies_until_ = now + kCopyFor;
  waits_since_.reset();
  return Room::None;
}

bool LentFrames::free(HostTime now) const {
  const bool copies = copies_until_ && now < *copies_until_;
  return !copies && std::ranges::any_of(frames_, [](const auto& f) { return !f.has_value(); });
}

void LentFrames::add(source::HeldFrame frame) {
  const auto free =
      std::ranges::find_if(frames_, [](const auto& place) { return !place.has_value(); });
  CHECK(free != frames_.end());
  free->emplace(std::move(frame));
}

void LentFrames::collect(const gfx::Presenter& presenter) {
  for (std::optional<source::HeldFrame>& frame : frames_) {
    if (!frame) continue;
    const std::optional<pixel::SlotMemory>& memory = frame->memory();
    // No rows: the source had to let go of it, and of its memory.
    if (memory && frame->rows_ready() != 0 && presenter.reads(*memory)) continue;
    frame.reset();
    waits_since_.reset();
  }
}

void LentFrames::clear() {
  for (std::optional<source::HeldFrame>& frame : frames_) frame.reset();
  waits_since_.reset();
}

bool LentFrames::any() const {
  return std::ranges::any_of(frames_, [](const auto& frame) { return frame.has_value(); });
}

}  // namespace pierglass::app
