// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/clock.hpp"
#include "base/geometry.hpp"
#include "base/result.hpp"
#include "ring/doorbell.hpp"
#include "wire/build.hpp"
#include "wire/parse.hpp"

// The guest's half of the concurrency: one writer. No lock anywhere: a dead or hostile reader can
// cost the guest at most the slots it claims to hold, and only until its lease is taken away.
namespace pierglass::ring {

// A slot being written. `pixels` is the whole slot; write rows at info.pitch.
struct WriteTicket {
  std::uint32_t slot;
  std::uint64_t sequence;
  std::span<std::byte> pixels;
};

// Frames into slots. One thread, one frame at a time.
class FrameWriter {
 public:
  // Chooses a slot that is neither the newest complete frame nor held by a reader, marks it
  // unreadable, writes the record and announces the frame as started. `damage` is what changed
  // since the previous begin() (also a Busy or aborted one: what was passed then is remembered);
  // rects must lie inside info.size. The first frame and every change of size, format or pitch is
  // full damage whatever `damage` says (also of rotation or colour space). info.sequence is
  // ignored. Busy: every slot is held, nothing is published, try the next frame. TooLarge: the
  // picture does not fit a slot (`got` bytes needed, `want` there). InvalidArgument: impossible
  // size or pitch. A frame that was begun before and not committed is given up.
  Result<WriteTicket> begin(const wire::FrameInfo& info, std::span<const Rect> damage);

  // Rows [0, rows) of the slot are final: readers may use them. Orders the caller's non-temporal
  // stores before the announcement.
  void rows_complete(const WriteTicket& ticket, std::uint32_t rows);

  // The frame is complete and becomes the newest. `copy` is how long the copy took.
  void commit(const WriteTicket& ticket, Nanoseconds copy);

  // Gives a begun frame up: its slot stays unreadable until written again.
  void abort(const WriteTicket& ticket);

  // What the slot held before begin(): the sequence last committed into it, 0 for none or unknown.
  // The guest's damage accounting uses it to copy only what changed since.
  [[nodiscard]] std::uint64_t slot_content(std::uint32_t slot) const;

 private:
  friend class GuestSession;
  struct Logged {
    Rect rect;
    std::uint64_t sequence;  // the frame in which it changed
  };
  struct Open {
    std::uint32_t slot = 0;
    std::uint64_t sequence = 0;  // 0: no frame has been begun
  };
  // When the log is full, changes this many frames old are forgotten before any are merged.
  static constexpr std::uint64_t kRememberedFrames = 16;

  std::optional<std::uint32_t> claim_slot();
  void give_up();
  void log_frame(const wire::FrameInfo& info, std::span<const Rect> damage);
  void log_rect(const Rect& rect);
  void forget_oldest();
  void merge_into_nearest(const Rect& rect);
  void list_damage(wire::FrameRecord& record) const;

  std::span<std::byte> region_;
  wire::RegionLayout layout_{};
  std::uint64_t next_sequence_ = 1;
  std::uint64_t damage_floor_ = 0;
  std::array<Logged, wire::kMaxDamageRects> log_{};
  std::uint32_t logged_ = 0;
  std::array<std::uint64_t, wire::kMaxSlots> content_{};
  wire::FrameInfo last_info_{};
  std::uint64_t newest_ = 0;  // ticket
  Open open_;
};

struct CursorState {
  Point position{};  // hot spot, pixels of the frame
  bool visible = false;
  bool acceleration = false;
  std::uint32_t speed = 0;
};

// Pointer position and shapes. One thread, which may be another than the frames'.
class CursorWriter {
 public:
  // Publishes position and visibility; wait-free, meant for every motion event.
  void move(const CursorState& state);

  // Publishes a new shape; `image` holds info.bytes(). TooLarge when a shape slot cannot hold it;
  // InvalidArgument when sizes disagree. info.sequence is ignored.
  Result<void> set_shape(const wire::ShapeInfo& info, std::span<const std::byte> image);

 private:
  friend class GuestSession;
  void store_locked();

  std::span<std::byte> region_;
  wire::RegionLayout layout_{};
  CursorState state_{};
  std::uint64_t shape_ticket_ = 0;
  std::uint64_t next_sequence_ = 1;
  std::uint32_t lock_ = 0;
};

// What the readers together ask of the guest.
struct ReaderDemand {
  std::uint32_t readers = 0;         // live leases
  std::uint32_t visible = 0;         // of those, how many want frames
  std::uint32_t max_millihertz = 0;  // the fastest wanted rate; 0: as fast as frames come
  friend bool operator==(const ReaderDemand&, const ReaderDemand&) = default;
};

// What one reader says of the moment until which a frame must be complete to be in its next
// picture. When it was written nobody knows, and it may be nonsense: a hint, to be used within
// bounds.
struct LatchNote {
  // More than any screen's refresh: nonsense.
  static constexpr Nanoseconds kLongest = std::chrono::milliseconds(100);

  std::uint64_t token = 0;   // whose; 0: nobody who looks, and the rest does not count
  std::uint32_t serial = 0;  // another one: `in` was written anew
  Nanoseconds in{};          // from the writing, at most kLongest; zero: not known
  friend bool operator==(const LatchNote&, const LatchNote&) = default;
};
using LatchNotes = std::array<LatchNote, wire::kMaxReaders>;  // one a reader block

// One life of the guest in a region: lays it out, publishes the session, beats, retires dead
// readers, hands out control messages. Destroying it ends the session (readers see it at once).
class GuestSession {
 public:
  // Readers whose heartbeat stands still this long lose their lease; those that sleep, when they do
  // not answer a ring for this long.
  static constexpr Nanoseconds kReaderTimeout = std::chrono::seconds(2);

  // `region` must stay mapped and page-aligned while this lives. `session` is random and not 0.
  static Result<GuestSession> create(std::span<std::byte> region, const wire::RegionSpec& spec,
                                     std::uint64_t session);
  GuestSession(GuestSession&& other) noexcept;
  GuestSession& operator=(GuestSession&&) = delete;
  ~GuestSession();

  [[nodiscard]] const wire::RegionLayout& layout() const { return layout_; }
  // Valid until this is moved or destroyed.
  FrameWriter& frames() { return frames_; }
  CursorWriter& cursor() { return cursor_; }

  // Call at 10 Hz or faster, from any one thread. Readers give a guest up after 2 s without.
  void beat();
  // False once another guest has laid the region out anew (we were frozen, say): end, touch
  // nothing.
  [[nodiscard]] bool current() const;
  void set_state(wire::GuestState state);

  // Takes the lease of every reader that has been silent for kReaderTimeout. Returns how many. One
  // thread for this, demand(), next_control() and unanswered(), which may be another than the
  // frames'.
  std::uint32_t retire_dead_readers(HostTime now);
  [[nodiscard]] ReaderDemand demand() const;

  // What readers that want frames say of their next latch; apart from demand(), because whoever
  // takes pictures looks often, and because it is no news to wake up for. A few loads; any thread.
  [[nodiscard]] LatchNotes latches() const;

  // The next message of any reader, oldest first per reader; nothing when there is none. Messages
  // that make no sense are dropped (and counted in dropped_control()).
  std::optional<wire::ControlMessage> next_control();
  [[nodiscard]] std::uint64_t dropped_control() const { return dropped_control_; }

  // ---- doorbells ----

  // Tells readers where we are rung, and that we ring those that sleep. Not reachable(), as at
  // first: we ring nobody, and nobody counts as asleep. The thread that beats.
  void set_doorbell(DoorbellAddress own);

  // True, before the thread that serves readers sleeps until rung; it then looks once more
  // (demand(), control_waits()) and sleeps when there is nothing. False once it is awake.
  void set_asleep(bool asleep);

  // True when next_control() may have something. The same thread.
  [[nodiscard]] bool control_waits() const;

  // Ring these: the readers that have declared themselves asleep. Call after everything that is
  // published (a frame committed, the cursor moved or reshaped, a state); what was published
  // before, each reader then either is rung for or finds by itself. Any thread, any number at once;
  // wait-free but for a few tries; allocates nothing.
  [[nodiscard]] DoorbellList sleepers();

  // Ring these again: sleepers whose last ring was lost or is not answered yet, readers that were
  // just retired (one that only seemed dead comes back), and when all blocks are taken sleepers
  // that have not been heard of for kReaderTimeout; and once each reader that sleeps for the first
  // time, which learns by it that rings reach it. Call with each beat.
  [[nodiscard]] DoorbellList unanswered(HostTime now);

  // Readers of the session that stood in the region before this one. Ring them once.
  [[nodiscard]] const DoorbellList& former_readers() const { return former_readers_; }

  // Ends the session as the destructor does. Ring these afterwards: its members. Nothing when the
  // region is another guest's. Only current() and the destructor may be called after it.
  DoorbellList end();

 private:
  struct Watched {
    std::uint64_t token = 0;
    std::uint64_t heartbeat = 0;
    HostTime moved;     // the heartbeat, last
    HostTime since;     // silent, though it ought to be heard
    bool rung = false;  // asleep and rung at this heartbeat
    bool greeted = false;
  };
  GuestSession() = default;
  std::optional<wire::ControlMessage> next_control_of(std::uint32_t reader);
  static DoorbellList members(std::span<std::byte> region, const wire::RegionLayout& layout);
  [[nodiscard]] bool sleeps(std::uint32_t reader) const;
  [[nodiscard]] bool unanswered(std::uint32_t reader, std::uint64_t token,
                                std::uint64_t heartbeat) const;
  void mark_rung(std::uint32_t reader, std::uint64_t token);
  bool watch(std::uint32_t reader, HostTime now);

  std::span<std::byte> region_;
  wire::RegionLayout layout_{};
  FrameWriter frames_;
  CursorWriter cursor_;
  std::uint64_t heartbeat_ = 0;
  std::array<Watched, wire::kMaxReaders> watched_{};
  std::array<std::atomic<std::uint64_t>, wire::kMaxReaders> marks_{};  // of the last rings
  std::atomic<bool> rings_{false};                                     // we have a doorbell
  DoorbellList former_readers_;
  DoorbellList retired_;  // and not rung since
  std::array<std::uint32_t, wire::kMaxReaders> control_tail_{};
  std::uint32_t next_reader_ = 0;  // whose control messages are looked at first
  std::uint64_t dropped_control_ = 0;
};

}  // namespace pierglass::ring
