// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "base/clock.hpp"
#include "base/geometry.hpp"
#include "base/result.hpp"
#include "guest/core/waiter.hpp"
#include "pixel/image.hpp"
#include "ring/guest_session.hpp"
#include "wire/parse.hpp"

// Where pictures and pointers come from: desktop duplication, GDI, or a pattern.
namespace pierglass::guest {

enum class CaptureOutcome : std::uint8_t {
  Frame,       // a picture is held; release() it
  NoChange,    // the source looked, and nothing differs from the last frame
  Timeout,     // nothing came within the time allowed
  MustReinit,  // desktop switch, mode change, duplication lost: reinit(), then go on
  Lost,        // the source cannot be brought back within this process
};

// Copies a held frame that lies where no processor reads.
class FrameCopier {
 public:
  virtual ~FrameCopier() = default;

  // The rectangles of the held frame to the same places of `slot`, a picture of the frame's size
  // and format in the region. Returns when the bytes are there. An error: what is in the rectangles
  // is anything, and the source must be made anew.
  virtual Result<void> copy(std::span<const Rect> rects, const pixel::Image& slot) = 0;
};

// A picture held by its source: valid until release().
struct CapturedFrame {
  pixel::ConstImage picture;  // without bytes where there is a copier
  FrameCopier* copier = nullptr;
  // Inside the picture. Everything that differs from the last frame handed out lies in it; the
  // first frame, and the first of another size or format, is full.
  std::span<const Rect> damage;
  // Filled by the source: rotation, colour_space, sdr_white_millinits, hdr, capture_ns.
  wire::FrameInfo info;
};

// A duration as frames carry it: not negative, and at most four seconds.
inline std::uint32_t wire_nanoseconds(Nanoseconds duration) {
  return static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(duration.count(), 0, std::numeric_limits<std::uint32_t>::max()));
}

// What became of the pointer since the last poll. `image` is valid until the next one.
struct PointerUpdate {
  bool moved = false;  // `state` is new
  ring::CursorState state;
  bool reshaped = false;  // `shape` and `image` are new
  wire::ShapeInfo shape;
  std::span<const std::byte> image;  // shape.bytes()
};

// The pointer, polled by one thread, which is not the capture thread. Never blocks for long.
class PointerSource {
 public:
  virtual ~PointerSource() = default;
  virtual PointerUpdate poll(HostTime now) = 0;

  // From now on wakes `waiter`, which sleeps for the polling thread, whenever there is something to
  // poll; null: nobody any more. False: cannot, poll at a rate.
  virtual bool wake_on_news(Waiter* waiter) {
    (void)waiter;
    return false;
  }
};

// Calls come from the capture thread, except where noted. At most one frame is held at a time.
class CaptureSource {
 public:
  virtual ~CaptureSource() = default;

  // Fills `frame` on CaptureOutcome::Frame only. Sources that are told about new pictures wait for
  // one, at most `timeout`; those that look for themselves answer at once.
  virtual CaptureOutcome acquire(HostTime now, Nanoseconds timeout, CapturedFrame& frame) = 0;

  // Gives the held frame back; as late as possible, so that the system can gather changes.
  virtual void release() = 0;

  // A picture was published and readers were told: the moment for what takes time and could be
  // asked for at any.
  virtual void between_pictures() {}

  // Nobody looks any more: lets go of what costs others something, and of a frame that is held.
  // acquire() then says MustReinit, and after that the first frame is full. False: there is nothing
  // of that kind, and a held frame stays held.
  virtual bool rest() { return false; }

  // After MustReinit. Busy: try again later. Anything else is final.
  virtual Result<void> reinit() = 0;

  // Any thread, as long as the source lives.
  virtual PointerSource& pointer() = 0;

  // Requests of a reader, on the control thread. A source that cannot follow ignores them.
  virtual void move_pointer(Point frame_position) = 0;
  virtual void request_mode(Size size, std::uint32_t millihertz) = 0;
};

}  // namespace pierglass::guest
