// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "base/clock.hpp"
#include "base/geometry.hpp"
#include "base/result.hpp"
#include "ring/doorbell.hpp"
#include "wire/parse.hpp"

// The reader's half: client, OBS source, screenshot tools. The guest may write anything anywhere
// at any moment; every call here is bounded and every result checked.
namespace pierglass::ring {

class ReaderSession;

// One frame that the guest promises not to overwrite while this lives. Move-only; destroying it
// gives the slot back. The promise is only as good as the guest: after copying pixels out, ask
// intact() and drop the copy when it says no. Must not outlive its ReaderSession.
class FrameLease {
 public:
  FrameLease(FrameLease&& other) noexcept;
  FrameLease& operator=(FrameLease&& other) noexcept;
  ~FrameLease();

  [[nodiscard]] const wire::FrameInfo& info() const { return record_.info; }
  [[nodiscard]] const wire::FrameRecord& record() const { return record_; }

  // info().bytes() bytes in shared memory.
  [[nodiscard]] std::span<const std::byte> pixels() const { return pixels_; }

  // Rows [0, n) that are final; the full height once the frame is complete. Never more than
  // info().size.height.
  [[nodiscard]] std::uint32_t rows_complete() const;

  // How long the guest's copy took, in nanoseconds; 0 before the frame is complete.
  [[nodiscard]] std::uint32_t copy_ns() const;

  // True while the slot still holds this frame and the session stands.
  [[nodiscard]] bool intact() const;

 private:
  friend class ReaderSession;
  FrameLease(ReaderSession* session, std::uint32_t slot, const wire::FrameRecord& record,
             std::span<const std::byte> pixels);
  void release() noexcept;

  ReaderSession* session_;
  std::uint32_t slot_;
  wire::FrameRecord record_;
  std::span<const std::byte> pixels_;
};

struct CursorSample {
  Point position;  // hot spot, pixels of the frame; clamped to ±32768
  bool visible = false;
  bool acceleration = false;
  std::uint32_t speed = 0;
  std::uint64_t shape_ticket = 0;  // 0: no shape yet
  std::uint32_t serial = 0;        // another one after each motion and each new shape
};

// Everything whose change rings a reader that sleeps, but for motions of a hidden pointer.
struct News {
  std::uint64_t newest = 0;  // sequence of the newest complete frame
  std::uint32_t cursor = 0;  // CursorSample::serial
  wire::GuestState state = wire::GuestState::Starting;
  friend bool operator==(const News&, const News&) = default;
};

// What this reader tells the guest about itself.
struct ReaderWish {
  bool visible = true;
  Size size{};                   // 0×0: as the guest likes
  std::uint32_t millihertz = 0;  // 0: as fast as frames come
};

// One reader's membership in one session of a guest. Frames and their leases belong to one thread.
// beat(), send(), set_wish()/announce_latch(), set_doorbell() and fall_asleep()/wake_up() may each
// come from another thread (one thread per function or pair); the const functions from any.
class ReaderSession {
 public:
  // Parses the region and claims a free reader block. NotReady: no guest yet. Busy: all blocks are
  // taken. Otherwise as parse_region. `region` must stay mapped while this lives; `token` is random
  // and not 0; `own` is where the guest may ring us. Allocated on the heap because leases point at
  // it. After it, ask guest_asleep() whether to ring.
  static Result<std::unique_ptr<ReaderSession>> attach(std::span<std::byte> region,
                                                       std::uint64_t token,
                                                       DoorbellAddress own = {});
  ReaderSession(const ReaderSession&) = delete;
  ReaderSession& operator=(const ReaderSession&) = delete;
  ~ReaderSession();  // gives the block back

  [[nodiscard]] const wire::RegionLayout& layout() const { return layout_; }

  // False once the guest began another session or ended this one: detach and attach again.
  [[nodiscard]] bool current() const;

  // The guest's heartbeat counter: unchanged for 2 s means it is dead or frozen.
  [[nodiscard]] std::uint64_t guest_heartbeat() const;
  [[nodiscard]] wire::GuestState guest_state() const;

  // Tells the guest that we live. Call at 4 Hz or faster. Claims a new block when the guest took
  // ours away (we had been stopped too long): Busy when there is none, Stale when the session is
  // over. Leases that were out meanwhile tell by intact() whether they survived.
  Result<void> beat();
  void set_wish(const ReaderWish& wish);
  void announce_latch(Nanoseconds from_now);

  // Sequence of the newest complete frame, 0 when none: one load, made for polling.
  [[nodiscard]] std::uint64_t newest_sequence() const;

  // The newest complete frame, held. Nothing when it is not newer than `seen`, or when the guest
  // overtook us several times in a row (try again). Corrupt when the guest wrote nonsense; the
  // sequence concerned is then skipped by passing newest_sequence() as `seen`. Stale when the
  // session is over. Busy when the guest took our block away and there is no other.
  Result<std::optional<FrameLease>> acquire_newest(std::uint64_t seen);

  // The same, but also a frame that is still being copied: see FrameLease::rows_complete(). When
  // the guest gives that frame up, intact() turns false and rows_complete() stops growing.
  Result<std::optional<FrameLease>> acquire_started(std::uint64_t seen);

  // Nothing when the guest was writing at each of a bounded number of tries, or the session is
  // over.
  [[nodiscard]] std::optional<CursorSample> cursor() const;

  // Copies the shape that `ticket` names into `image`, whose size is at least
  // layout().shape_bytes; Stale when it has been replaced meanwhile.
  Result<wire::ShapeInfo> copy_shape(std::uint64_t ticket, std::span<std::byte> image) const;

  // Queues a message for the guest; Busy when its ring is full; otherwise as beat().
  Result<void> send(const wire::ControlMessage& message);

  // ---- doorbells ----

  // Our own address has changed (another server, another id).
  void set_doorbell(DoorbellAddress own);

  // Where the guest is rung; reachable() also promises that it rings sleepers. The guest's word,
  // and perhaps nonsense: ring only peers and vectors that the ivshmem server told of.
  [[nodiscard]] DoorbellAddress guest_doorbell() const;

  // Whether the guest wants to be rung. To be asked after attach(), send(), and set_wish() that
  // made us visible; what was written before it, the guest then either is rung for or finds by
  // itself.
  [[nodiscard]] bool guest_asleep() const;

  // What there is to see now: a few loads.
  [[nodiscard]] News look() const;

  // Declares that we sleep until rung at our address, and beat no more until wake_up(). `seen` is
  // a look() from before the caller dealt with frames, cursor and state. False, and nothing
  // declared: do not sleep, because there is other news than that, our block or the session is
  // gone, or nobody can ring (we have no address, or the guest has none). A lease that is out
  // stays ours while we sleep.
  bool fall_asleep(const News& seen);

  // Takes a fall_asleep() that was true back, and beats: errors as beat(). Call it first of all
  // after sleeping.
  Result<void> wake_up();

 private:
  friend class FrameLease;
  ReaderSession(std::span<std::byte> region, const wire::RegionLayout& layout, std::uint64_t token,
                DoorbellAddress own);

  [[nodiscard]] std::uint64_t at(std::uint64_t field) const;  // of our block
  [[nodiscard]] bool member() const;
  Result<void> ensure_member();
  Result<void> claim();
  Result<void> claim_free_block();
  void enter(std::uint32_t block);
  void leave();
  void store_wish();
  void store_flags(std::uint32_t block);
  void change_flag(std::uint32_t flag, bool on);
  void store_doorbell(std::uint32_t block);
  [[nodiscard]] std::uint64_t load_ticket(std::uint64_t field) const;
  Result<std::optional<FrameLease>> acquire(std::uint64_t field, std::uint64_t seen);
  Result<std::optional<FrameLease>> take(std::uint64_t ticket);
  [[nodiscard]] std::optional<CursorSample> try_cursor() const;
  void release(std::uint32_t slot) noexcept;

  std::span<std::byte> region_;
  wire::RegionLayout layout_;
  std::uint64_t token_;
  std::array<std::uint32_t, wire::kMaxSlots> holds_{};  // leases a slot, ours
  // Shared by the threads that may call us.
  std::atomic<std::uint32_t> block_{0};
  std::atomic<std::uint32_t> mask_{0};  // slots with a lease, as in our `held` word
  std::atomic<bool> claiming_{false};   // some thread is looking for a block
  std::atomic<std::uint64_t> heartbeat_{0};
  std::atomic<std::uint32_t> flags_{wire::kReaderVisible};
  std::atomic<std::uint64_t> doorbell_;        // peer << 32 | vector
  std::atomic<std::uint64_t> wanted_size_{0};  // width << 32 | height
  std::atomic<std::uint32_t> wanted_millihertz_{0};
};

}  // namespace pierglass::ring
