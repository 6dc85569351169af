// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "source/frame_source.hpp"

namespace pierglass::app {

// When a guest's notice takes the place of its pictures for a while: in fullscreen nobody sees the
// title. Once for each sentence of a guest, and seldom, whatever the guest does. Pure; one thread.
class NoticeScreen {
 public:
  static constexpr Nanoseconds kShownFor = std::chrono::seconds(4);
  // At least this long from one time to the next, and before a sentence that was gone counts as
  // new again.
  static constexpr Nanoseconds kPause = std::chrono::seconds(60);

  // Looks at the notice; for each tick of the source. True when it begins to be shown, which it
  // does only while the user `sees` the guest's pictures. Allocates only when notice or guest
  // changed.
  bool look(const source::FrameSource& source, bool sees, HostTime now);

  // The notice is to be on the screen, and no picture is to be taken.
  [[nodiscard]] bool showing() const { return showing_; }

 private:
  [[nodiscard]] bool is_due(const std::string& notice, HostTime now) const;

  bool showing_ = false;
  std::optional<HostTime> began_;   // last time; nothing: never
  std::string told_;                // the sentence that was shown last
  HostTime told_seen_;              // when the guest last said it
  source::GuestDescription guest_;  // who did
};

}  // namespace pierglass::app
