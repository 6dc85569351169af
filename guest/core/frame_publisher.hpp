// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "guest/core/capture_source.hpp"
#include "guest/core/slot_damage.hpp"
#include "ring/guest_session.hpp"

namespace pierglass::guest {

// One look at the source and what came of it.
struct Step {
  enum class Kind : std::uint8_t {
    Published,   // the members below say what
    Nothing,     // no new picture
    Busy,        // readers hold every slot: the picture is kept, step again soon
    TooLarge,    // the picture does not fit a slot; later ones may
    MustReinit,  // as the source said
    Lost,
  };
  Kind kind = Kind::Nothing;
  Size size{};                                             // Published, TooLarge
  wire::PixelFormat format = wire::PixelFormat::Xrgb8888;  // the same
  std::uint64_t sequence = 0;                              // Published
  std::uint64_t bytes = 0;                                 // Published: copied into the slot
  HostTime at;                                             // Published: right after the commit
  // Published: how long the picture was waited for, and how long it was worked on: by its source,
  // and by the try that published it. What lies between two tries is neither.
  Nanoseconds waited{};
  Nanoseconds work{};
};

// Carries pictures from a source into slots, copying into each slot only what it lacks. The capture
// thread's; no call allocates, logs or locks.
class FramePublisher {
 public:
  // Copies above this size are announced in bands of about this size, so that readers can start.
  static constexpr std::uint64_t kBandBytes = std::uint64_t{512} * 1024;

  // Both outlive this.
  FramePublisher(CaptureSource& source, ring::FrameWriter& frames)
      : source_(source), frames_(frames) {}
  FramePublisher(const FramePublisher&) = delete;
  FramePublisher& operator=(const FramePublisher&) = delete;
  ~FramePublisher() { let_go(); }

  // `timeout` goes to the source.
  Step step(HostTime now, Nanoseconds timeout);

  // All is done that belongs to the last frame's publication, as ringing does. The next frame says
  // how long that took.
  void published(HostTime now) { publish_ns_ = wire_nanoseconds(now - copied_); }

  // As CaptureSource::rest().
  bool rest();

 private:
  Step publish_held(std::span<const Rect> announced);
  Step publish(const CapturedFrame& frame, std::span<const Rect> announced);
  void account(const CapturedFrame& frame);
  Result<std::uint64_t> copy(const ring::WriteTicket& ticket, const CapturedFrame& frame);
  std::uint64_t copy_in_bands(const ring::WriteTicket& ticket, const pixel::Image& to,
                              const pixel::ConstImage& from);
  void let_go();

  CaptureSource& source_;
  ring::FrameWriter& frames_;
  SlotDamage slots_;
  CapturedFrame held_;
  bool holding_ = false;
  Nanoseconds waited_{};  // for the held frame
  Size size_;
  wire::PixelFormat format_ = wire::PixelFormat::Xrgb8888;
  HostTime copied_;               // the last frame
  std::uint32_t publish_ns_ = 0;  // its publication; 0: unknown
};

}  // namespace pierglass::guest
