// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/lent_frames.hpp"

#include <algorithm>
#include <utility>

namespace pierglass::app {

LentFrames::Room LentFrames::room(HostTime now) {
  const bool full =
      std::ranges::all_of(frames_, [](const auto& frame) { return frame.has_value(); });
  if (!full) return Room::Free;
  if (!waits_since_) waits_since_ = now;
  return now - *waits_since_ < kPatience ? Room::Wait : Room::None;
}

void LentFrames::add(source::HeldFrame frame) {
  const auto free =
      std::ranges::find_if(frames_, [](const auto& place) { return !place.has_value(); });
  CHECK(free != frames_.end());
  free->emplace(std::move(frame));
}

void LentFrames::collect(const gfx::Presenter& presenter) {
  for (std::optional<source::HeldFrame>& frame : frames_) {
    // No rows: the source had to let go of it, and of its memory.
    if (!frame || (frame->rows_ready() != 0 && presenter.reads(*frame->memory()))) continue;
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
