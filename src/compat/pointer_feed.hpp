// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "compat/desktop_map.hpp"
#include "compat/kvmfr_cursor.hpp"
#include "compat/subscription.hpp"
#include "pixel/cursor.hpp"
#include "source/frame_source.hpp"

namespace pierglass::compat {

// The pointer of one host after another, and what is said to the host, which goes the same way. One
// thread; nothing blocks. Allocates in begin() and when the shape changes.
class PointerFeed {
 public:
  // A new session.
  void begin(std::span<std::byte> memory, const Dialect& dialect, std::uint32_t client_id);
  // The session is over; its memory is not touched any more.
  void end();

  // Subscribes and takes in what came, for hosts drop readers that leave messages lying. At least
  // twice a second.
  void keep(HostTime now);
  void leave() { subscription_.leave(); }

  [[nodiscard]] source::Cursor cursor(const DesktopMap& map);

  // Errors: Busy, NotReady.
  Result<void> send(std::span<const std::byte> message);

 private:
  void drain();
  // True when `shape_bytes_` holds a new shape.
  bool take_in(const LgmpMessage& message);
  void make_image();

  Subscription subscription_;
  Point corner_;  // pixels of the upright desktop
  bool visible_ = false;
  KvmfrCursor shape_;  // the newest
  std::vector<std::byte> shape_bytes_;

  // Belong together; of the newest shape that could be made a picture of.
  pixel::CursorImage image_;
  Point hot_;  // from the corner; may lie outside the picture
  std::uint64_t serial_ = 0;
  bool has_image_ = false;
};

}  // namespace pierglass::compat
