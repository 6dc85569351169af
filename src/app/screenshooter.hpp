// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>

#include "app/present_news.hpp"
#include "base/clock.hpp"
#include "source/frame_source.hpp"

namespace pierglass::app {

// Takes a picture of its own out of the source, whose next frame then comes whole, as if none had
// been seen. Part of the present loop. One thread.
class Screenshooter {
 public:
  // A frame that is not whole by then, or overwritten each time until then, is given up.
  static constexpr Nanoseconds kPatience = std::chrono::milliseconds(500);
  static constexpr Nanoseconds kRetry = std::chrono::milliseconds(5);

  void request(HostTime now);
  // Takes it when it can: call while nobody else holds a frame. `live`: there is a guest. Gives how
  // it ended, once.
  std::optional<Result<Screenshot>> advance(source::FrameSource& source, bool live, HostTime now);
  // Gives the frame back and goes on wanting one.
  void let_go() { frame_.reset(); }

  [[nodiscard]] bool wanted() const { return wanted_; }
  // Waits for the rest of it; no other may be held.
  [[nodiscard]] bool holds_frame() const { return frame_.has_value(); }

 private:
  std::optional<Result<Screenshot>> end(source::FrameSource& source, Result<Screenshot> result);

  bool wanted_ = false;
  bool found_ = false;  // there was a frame
  HostTime give_up_;
  HostTime next_try_;
  std::optional<source::HeldFrame> frame_;
};

}  // namespace pierglass::app
