// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "app/present_news.hpp"
#include "base/clock.hpp"
#include "source/frame_source.hpp"

namespace pierglass::app {

// What the main thread wants of the guest's pointer: its image, its place, that it be put
// somewhere. Part of the present loop, which looks at the pointer and draws it. One thread.
class PointerDesk {
 public:
  // A guest that is too busy to be told is asked again for so long.
  static constexpr Nanoseconds kPlacePatience = std::chrono::milliseconds(200);
  static constexpr Nanoseconds kPlaceRetry = std::chrono::milliseconds(2);
  // Motion is looked for and told at most this often.
  static constexpr Nanoseconds kFollowPoll = std::chrono::milliseconds(1);
  // A watched pointer is looked for also while nothing can be drawn, so long after it moved or
  // watching began.
  static constexpr Nanoseconds kFollowFor = std::chrono::milliseconds(250);

  // What is asked. show() is true when that is a change.
  bool show(bool shown);
  void watch_image(bool watched) { image_watched_ = watched; }
  void watch(bool watched, HostTime now);
  void place(Point position, HostTime now);

  // What the loop sees. `image` of the cursor stays valid until the next call.
  void on_cursor(const source::Cursor& cursor, HostTime now);
  void on_picture(Size upright);

  // Asks the guest, when somebody asked for that.
  void ask_guest(source::FrameSource& source, HostTime now, PresentNews& news);
  // Tells what is new, as far as it is wanted and due.
  void tell(HostTime now, PresentNews& news);

  // The pointer belongs into the picture.
  [[nodiscard]] bool shown() const { return shown_; }
  // The pointer is to be looked at even if nothing can be drawn.
  [[nodiscard]] bool follows(HostTime now) const { return watched_ && now < follow_until_; }
  [[nodiscard]] const GuestPointer& pointer() const { return pointer_; }
  // How long the loop may sleep for all that is wanted here.
  [[nodiscard]] Nanoseconds longest_sleep(HostTime now) const;

 private:
  struct Placing {
    Point position;
    HostTime give_up;
  };

  [[nodiscard]] bool tells_image() const { return !shown_ || image_watched_; }
  void tell_image(PresentNews& news);

  bool shown_ = true;
  bool image_watched_ = false;
  bool watched_ = false;
  std::optional<Placing> placing_;
  GuestPointer pointer_;
  GuestPointer told_;  // what main was notified of last
  std::uint64_t serial_ = 0;
  const pixel::CursorImage* image_ = nullptr;
  std::optional<std::uint64_t> told_serial_;
  HostTime next_tell_;
  HostTime follow_until_;
};

}  // namespace pierglass::app
