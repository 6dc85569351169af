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
// thread; nothing blocks. Allocates when the shape changes. However much a host posts, one call
// reads a batch of messages and copies one shape.
class PointerFeed {
 public:
  // A new session.
  void begin(std::span<std::byte> memory, const Dialect& dialect, std::uint32_t client_id,
             LgmpPatience patience);
  // The session is over; its memory is not touched any more.
  void end();

  // Subscribes and takes in what came, for hosts drop readers that leave messages lying. At least
  // twice a second.
  void keep(HostTime now);
  void leave() { subscription_.leave(); }
  // Instead of keep(), after leave().
  void keep_away(HostTime now) { subscription_.keep_away(now); }

  [[nodiscard]] source::Cursor cursor(const DesktopMap& map);

  // Errors: Busy, NotReady.
  Result<void> send(std::span<const std::byte> message);

 private:
  struct Shape {
    KvmfrCursor cursor;
    std::span<const std::byte> payload;
  };

  void drain();
  // The newest shape among them, still in the memory.
  std::optional<Shape> take_in(std::span<const LgmpMessage> messages);
  // Of `shape_bytes_`.
  void make_image(const wire::ShapeInfo& shape, Point hot);

  Subscription subscription_;
  Point corner_;  // pixels of the upright desktop
  bool visible_ = false;
  std::vector<std::byte> shape_bytes_;  // the newest

  // Belong together; of the newest shape that could be made a picture of.
  pixel::CursorImage image_;
  Point hot_;  // from the corner; may lie outside the picture
  std::uint64_t serial_ = 0;
  bool has_image_ = false;
};

}  // namespace pierglass::compat
