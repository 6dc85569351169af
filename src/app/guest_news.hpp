// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

#include "source/frame_source.hpp"

namespace pierglass::app {

// What the present thread tells the main thread of the guest: a value, the newest replaces the
// others.
struct GuestNews {
  source::GuestStatus status = source::GuestStatus::Absent;
  std::string error;   // FrameSource::error()
  std::string notice;  // FrameSource::notice()
  source::GuestDescription description;
  source::GuestWishes wishes;
  bool moving = false;  // its pictures have been changing lately

  // Whether there is nothing new in `now` and `source`. Allocates nothing.
  [[nodiscard]] bool still_holds(source::GuestStatus now, bool moves,
                                 const source::FrameSource& source) const;
  static GuestNews of(source::GuestStatus now, bool moves, const source::FrameSource& source);
};

// For a log: "Looking Glass host B7 on Windows 11 (8 cores), capturing with D3D12". Empty when
// nothing is told.
std::string introduction(const source::GuestDescription& guest);

// The window's: "Pierglass: Windows 11 (8 cores, AMD Ryzen 7) - Looking Glass host B7, D12", less
// what is not told, followed by the notice while there is one; plain "Pierglass" without a guest. A
// few hundred bytes at most.
std::string window_title(const source::GuestDescription& guest, const std::string& notice);

}  // namespace pierglass::app
