// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <optional>

#include "base/clock.hpp"
#include "gfx/presenter.hpp"
#include "source/frame_source.hpp"

namespace pierglass::app {

// Frames that are shown from where the guest wrote them: held until nobody reads them any more.
// Part of the present loop; one thread at a time.
class LentFrames {
 public:
  // How long a picture waits for a compositor to let go of an earlier one before it is copied,
  static constexpr Nanoseconds kPatience = std::chrono::milliseconds(50);
  // and for how long all are then: a compositor that really keeps two would make each third wait.
  static constexpr Nanoseconds kCopyFor = std::chrono::seconds(5);

  enum class Room : std::uint8_t {
    Free,
    Wait,  // the compositor is about to let go of one
    None,  // it does not: copy
  };
  // Whether one more may be lent. To be asked when there is one: the patience begins with it.
  [[nodiscard]] Room room(HostTime now);
  // Whether one may be lent at once.
  [[nodiscard]] bool free(HostTime now) const;

  // `frame` is kept and has a place in memory. There is room().
  void add(source::HeldFrame frame);

  // Gives back what is not read any more.
  void collect(const gfx::Presenter& presenter);

  // Gives all back; nothing of them may be on the screen.
  void clear();

  [[nodiscard]] bool any() const;

 private:
  std::array<std::optional<source::HeldFrame>, source::FrameSource::kMaxKept> frames_;
  std::optional<HostTime> waits_since_;  // for room
  std::optional<HostTime> copies_until_;
};

}  // namespace pierglass::app
