// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/frame_intake.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace pierglass::app {
namespace {

constexpr Nanoseconds kRowPoll = std::chrono::microseconds(200);
// A copy that takes longer than this is stuck or nearly so: it must not cost a core.
constexpr Nanoseconds kPromptCopy = std::chrono::milliseconds(20);
constexpr Nanoseconds kSlowRowPoll = std::chrono::milliseconds(1);

}  // namespace

FrameIntake::FrameIntake(source::HeldFrame frame, const pace::FrameTimes& times, bool fresh,
                         bool lend, HostTime now)
    : frame_(std::move(frame)), times_(times), fresh_(fresh), lend_(lend), since_(now) {
  const Rect damaged = frame_.damage().bounds();
  next_row_ = damaged.y;
  end_row_ = static_cast<std::uint32_t>(damaged.bottom());
  band_ = (damaged.height + kBands - 1) / kBands;
}

Result<FrameIntake::State> FrameIntake::advance(gfx::Presenter& presenter, HostTime now) {
  const std::uint32_t ready = frame_.rows_ready();
  if (started_ && ready < next_row_) return State::Torn;  // the source had to let go of it
  if (ready >= frame_.image().size.height) {
    if (TRY(lend_all(presenter))) {
      const bool kept = frame_.keep();
      times_.uploaded = HostClock::now();
      return kept ? State::Lent : State::Torn;
    }
    if (!started_ || next_row_ < end_row_) TRY(take_rows(presenter, end_row_));
    const bool good = frame_.finish();
    times_.uploaded = HostClock::now();
    return good ? State::Done : State::Torn;
  }
  if (now - since_ >= kPatience) return State::Torn;
  const std::uint32_t end = std::min(ready, end_row_);
  const bool slow = now - since_ >= kSlowCopy;
  const bool worth_it = end > next_row_ && (end >= next_row_ + band_ || end == end_row_);
  if (!fresh_ && slow && worth_it) TRY(take_rows(presenter, end));
  return State::Waiting;
}

// False: it has to be copied.
Result<bool> FrameIntake::lend_all(gfx::Presenter& presenter) {
  const std::optional<pixel::SlotMemory>& memory = frame_.memory();
  if (!lend_ || started_ || !memory) return false;
  const Result<void> borrowed = presenter.borrow(frame_.image(), *memory, frame_.damage().rects());
  if (!borrowed && borrowed.error().code == ErrorCode::Lost) {
    return std::unexpected(borrowed.error());
  }
  started_ = times_.borrowed = borrowed.has_value();
  return started_;
}

Result<void> FrameIntake::take_rows(gfx::Presenter& presenter, std::uint32_t end) {
  const pixel::ConstImage& image = frame_.image();
  const Rect band{0, next_row_, image.size.width, end - next_row_};
  std::array<Rect, pixel::DamageRegion::kMaxRects> rects;
  std::size_t count = 0;
  for (const Rect& damaged : frame_.damage().rects()) {
    const Rect part = intersection(damaged, band);
    if (!part.empty()) rects[count++] = part;
  }
  const auto stats = TRY(presenter.upload(image, std::span(rects).first(count)));
  started_ = true;
  next_row_ = end;
  times_.bytes += stats.bytes;
  times_.rows += static_cast<std::uint32_t>(stats.rows);
  return {};
}

Nanoseconds FrameIntake::until_next_look(HostTime now) const {
  return now - since_ < kPromptCopy ? kRowPoll : kSlowRowPoll;
}

}  // namespace pierglass::app
