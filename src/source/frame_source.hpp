// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "pixel/cursor.hpp"
#include "pixel/damage_region.hpp"
#include "pixel/image.hpp"
#include "pixel/slot_memory.hpp"
#include "wire/parse.hpp"

namespace pierglass::source {

enum class GuestStatus : std::uint8_t {
  Absent,      // nobody has laid out the memory, or its session ended
  Silent,      // a session stands, but its heartbeat does not move
  Unreadable,  // what is there cannot be used; error() says why
  Live,
};

class FrameSource;

// What a source that can hold several frames tells one and its pixels' place by.
struct FramePlace {
  std::uint64_t hold = 0;  // its own number for this holding
  std::optional<pixel::SlotMemory> memory;
};

// One frame, held: the guest will not overwrite it while this lives. Move-only. Give it back with
// finish(), which says whether what was copied out is good, or keep() it for who reads the pixels
// where they are; the destructor gives it back, one that was not kept unused.
class HeldFrame {
 public:
  HeldFrame(FrameSource* source, const wire::FrameInfo& info, std::uint32_t copy_ns,
            const pixel::ConstImage& image, const pixel::DamageRegion& damage,
            const FramePlace& place = {});
  HeldFrame(HeldFrame&& other) noexcept;
  HeldFrame& operator=(HeldFrame&&) = delete;
  ~HeldFrame();

  [[nodiscard]] const wire::FrameInfo& info() const { return info_; }

  // How long the guest's copy into shared memory took, in nanoseconds; 0: unknown.
  [[nodiscard]] std::uint32_t copy_ns() const { return copy_ns_; }

  // Pixels in shared memory, which a hostile guest may change at any moment.
  [[nodiscard]] const pixel::ConstImage& image() const { return image_; }

  // Where they lie; nothing: the source cannot tell, and they are to be copied.
  [[nodiscard]] const std::optional<pixel::SlotMemory>& memory() const { return place_.memory; }
  [[nodiscard]] std::uint64_t hold() const { return place_.hold; }

  // Rows [0, n) of image() that may be read by now; all of them for a guest that publishes complete
  // frames only. May never reach the height: the caller bounds its patience. Each tick() of the
  // source may let go of the memory: the answer is 0 from then on, and image() is not to be read.
  [[nodiscard]] std::uint32_t rows_ready() const;

  // What may differ from the last frame that was finished well; all of it at first and whenever
  // size, format, colour or rotation change.
  [[nodiscard]] const pixel::DamageRegion& damage() const { return damage_; }

  // Gives the frame back. True: the pixels stood still all the while, and the next frame's damage
  // counts from here. False: overwritten; whatever was copied is to be repaired by the next frame,
  // whose damage includes it.
  bool finish();

  // The same for pixels that are not copied: the next frame's damage counts from here, and the
  // source gives further frames, but this one stays held. Once; FrameSource::kMaxKept at a time.
  // False: overwritten, or the source keeps none; this is to be destroyed then.
  [[nodiscard]] bool keep();

 private:
  FrameSource* source_;
  wire::FrameInfo info_;
  std::uint32_t copy_ns_;
  pixel::ConstImage image_;
  pixel::DamageRegion damage_;
  FramePlace place_;
};

struct Cursor {
  Point position;  // hot spot, pixels of the frame
  bool visible = false;
  std::uint64_t serial = 0;                   // changes whenever *image does
  const pixel::CursorImage* image = nullptr;  // valid until the next call of cursor()

  // Equal when drawing both gives the same picture.
  friend bool operator==(const Cursor& a, const Cursor& b) {
    if (!a.visible || !b.visible) return a.visible == b.visible;
    return a.position == b.position && a.serial == b.serial;
  }
};

// What a guest says of itself; for people. Printable ASCII; empty: not told.
struct GuestDescription {
  std::string program;  // "Looking Glass host B7", "pierglass-guest 0.1.0"
  std::string system;   // "Windows 11"
  std::string machine;  // "8 cores, AMD Ryzen 7"
  std::string capture;  // "D12"
  std::string uuid;     // of the virtual machine, "01234567-89ab-..."
  friend bool operator==(const GuestDescription&, const GuestDescription&) = default;
};

// What a guest asks of the desktop that shows it.
struct GuestWishes {
  bool keep_screen_on = false;
  std::uint32_t attention = 0;  // grows each time that it wants to be raised
  friend bool operator==(const GuestWishes&, const GuestWishes&) = default;
};

// Frames and pointer of one guest, whatever format it speaks. One thread at a time; nothing blocks.
// At most one frame is held at a time, beside those that are kept.
class FrameSource {
 public:
  // One that is shown and one that is about to be. A guest of the fewest slots has one left to
  // write.
  static constexpr std::size_t kMaxKept = 2;

  FrameSource() = default;
  FrameSource(const FrameSource&) = delete;
  FrameSource& operator=(const FrameSource&) = delete;
  virtual ~FrameSource() = default;

  // Housekeeping: heartbeats, a guest that came, went or restarted, memory that was replaced. Call
  // at least four times a second, but for sleeps after fall_asleep(); more often is cheap. Returns
  // where things stand.
  virtual GuestStatus tick(HostTime now) = 0;

  // Why the status is Unreadable, or what is to come before a guest that is Absent can (a broker),
  // as a sentence for the user; empty otherwise.
  [[nodiscard]] virtual const std::string& error() const = 0;

  // What is wrong although pictures come (memory too small for all of one), as a sentence for the
  // user that says what to do; empty otherwise.
  [[nodiscard]] virtual const std::string& notice() const = 0;

  // Empty while there is no guest.
  [[nodiscard]] virtual const GuestDescription& description() const = 0;
  [[nodiscard]] virtual GuestWishes wishes() const = 0;

  // True when acquire() may give a newer frame: a few loads, made for polling.
  [[nodiscard]] virtual bool has_new_frame() const = 0;

  // The newest frame, when newer than the last one finished well. Nothing when there is none.
  virtual std::optional<HeldFrame> acquire() = 0;

  // Makes the next frame come as if none had been seen: full damage, also if it is the same one.
  virtual void forget() = 0;

  [[nodiscard]] virtual Cursor cursor() = 0;

  // Another one after each cursor() that found something new of the pointer, seen or not: motion
  // of one that is hidden too.
  [[nodiscard]] virtual std::uint32_t cursor_serial() const { return 0; }

  // Tells the guest whether anybody looks.
  virtual void set_visible(bool visible) = 0;

  // Tells the guest until when a frame must be complete to be on the screen's next picture; zero:
  // that is not known, as at first.
  virtual void announce_latch(Nanoseconds /*from_now*/) {}

  // A descriptor that is readable once the guest rang, or something happened that tick() should see
  // at once (a machine came or went). -1: there is none. Another one perhaps after each tick().
  [[nodiscard]] virtual int doorbell() const { return -1; }

  // Another one after each tick() since which another session rings, or over another connection:
  // how well the guest rang before says nothing of those.
  [[nodiscard]] virtual std::uint64_t doorbell_serial() const { return 0; }

  // True while the guest says that it rings whoever sleeps, and could. Its word only.
  [[nodiscard]] virtual bool guest_rings() const { return false; }

  // Tells the guest that this reader sleeps until doorbell() is readable, and beats no more. False:
  // do not sleep, there is news, or nobody rings; nothing was told then. News is what acquire(),
  // cursor() and tick() have not been asked for; to a reader that is not visible, what comes later.
  virtual bool fall_asleep() { return false; }

  // Takes a fall_asleep() that was true back, and beats. True: the doorbell was rung meanwhile.
  virtual bool wake_up() { return false; }

  // Whether the doorbell was rung between the last wake_up() and the last fall_asleep(): by a ring
  // that was late. Each is told once.
  virtual bool rung_awake() { return false; }

  // Asks the guest to put its pointer's hot spot there, pixels of the upright frame. Errors: Busy
  // (try again), Unsupported (this guest cannot), NotReady (there is none).
  virtual Result<void> move_pointer(Point position) = 0;

 private:
  friend class HeldFrame;
  // `used`: the caller copied the pixels. Returns whether they stood still; false when the frame is
  // not held any more.
  virtual bool give_back(const HeldFrame& frame, bool used) = 0;
  // HeldFrame::keep().
  virtual bool keep(const HeldFrame& /*frame*/) { return false; }
  // Of a frame that is held; 0 when it is not held any more.
  [[nodiscard]] virtual std::uint32_t rows_ready(const HeldFrame& frame) const = 0;
};

}  // namespace pierglass::source
