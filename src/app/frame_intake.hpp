// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <utility>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "gfx/presenter.hpp"
#include "pace/frame_record.hpp"
#include "source/frame_source.hpp"

namespace pierglass::app {

// One frame on its way out of shared memory into the presenter. A guest that shows a frame before
// it is all written is followed: damaged rows go over in bands as they come. One thread.
class FrameIntake {
 public:
  // A frame whose rows have not come by then is given back.
  static constexpr Nanoseconds kPatience = std::chrono::milliseconds(250);
  // A copy that ends sooner is waited for. Reading behind the writer's heels costs a third more of
  // this processor (1920x1080, all of it, each frame), and gains nothing when there is so little.
  static constexpr Nanoseconds kSlowCopy = std::chrono::milliseconds(3);
  // At most so many uploads a frame: each takes a pixel buffer of the presenter's.
  static constexpr std::uint32_t kBands = 4;

  enum class State : std::uint8_t {
    Waiting,  // for rows; ask again
    Done,     // all of it is with the presenter, and is good
    Lent,     // the presenter reads it where it lies: take_frame(), and keep that while it does
    // Overwritten meanwhile, or not all written in time. Once started() the presenter may show a
    // mixture of two frames until the next good one.
    Torn,
  };

  // `times` as far as known; `fresh`: the presenter has no picture of this kind, and may read all
  // of it. `lend`: it may read a frame where it lies.
  FrameIntake(source::HeldFrame frame, const pace::FrameTimes& times, bool fresh, bool lend,
              HostTime now);

  // Takes over what has come. After anything but Waiting this is to be destroyed, which gives the
  // frame back. Errors: the presenter's.
  Result<State> advance(gfx::Presenter& presenter, HostTime now);

  // Some of the frame is with the presenter, whose picture is neither the old nor the new one.
  [[nodiscard]] bool started() const { return started_; }

  source::HeldFrame take_frame() { return std::move(frame_); }

  [[nodiscard]] pixel::PictureKind kind() const { return frame_.image().kind(); }
  [[nodiscard]] const pace::FrameTimes& times() const { return times_; }

  // How long until the next look at the rows.
  [[nodiscard]] Nanoseconds until_next_look(HostTime now) const;

 private:
  Result<void> take_rows(gfx::Presenter& presenter, std::uint32_t end);
  Result<bool> lend_all(gfx::Presenter& presenter);

  source::HeldFrame frame_;
  pace::FrameTimes times_;
  bool fresh_;
  bool lend_;
  bool started_ = false;
  HostTime since_;
  std::uint32_t next_row_;  // damage above it is with the presenter
  std::uint32_t end_row_;   // there is no damage from here on
  std::uint32_t band_;      // rows
};

}  // namespace pierglass::app
