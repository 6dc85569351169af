// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ring/reader_session.hpp"
#include "source/frame_source.hpp"
#include "source/slot_buffers.hpp"
#include "source/successor.hpp"
#include "source/watched_memory.hpp"

namespace pierglass::source {

// A guest of ours in a memory file or device, or behind a broker. Survives everything that can
// happen to the file (truncated, grown, removed, replaced), to the broker (killed, restarted, other
// memory) and to the guest (killed, frozen, restarted, hostile).
class RegionSource final : public FrameSource {
 public:
  // A heartbeat that stands still this long makes the guest Silent (PROTOCOL.md).
  static constexpr Nanoseconds kGuestTimeout = std::chrono::seconds(2);

  // It beats ten times a second. This long it has for its next beat when there is reason to believe
  // that it lives, in spite of that, or that it does not.
  static constexpr Nanoseconds kGrace = std::chrono::milliseconds(300);

  // Says of memory that does not start with our magic number whether another reader knows it.
  using KnownElsewhere = bool (*)(std::span<std::byte> memory);

  // True when our magic number stands in the memory, whether its guest lives or not.
  static bool recognises(std::span<const std::byte> memory);

  // Whether a guest of ours is in the memory or could come to be: a region, or zeros with room for
  // one. Errors: NotARegion and VersionMismatch when something else lives in it, TooSmall.
  static Result<void> check_contents(std::span<const std::byte> memory);

  // Maps `path` and looks what is there. Errors: as shm::open_memory and check_contents().
  static Result<std::unique_ptr<RegionSource>> open(std::string path);

  // Over memory with any contents. What is foreign makes the guest Unreadable, or Absent when
  // `known_elsewhere` is given and says so. `maker`: of the dma-bufs that frames offer.
  static std::unique_ptr<RegionSource> over(WatchedMemory memory,
                                            KnownElsewhere known_elsewhere = nullptr,
                                            LazySlotBuffers::Maker maker = {});

  GuestStatus tick(HostTime now) override;
  [[nodiscard]] const std::string& error() const override { return error_; }
  [[nodiscard]] const std::string& notice() const override { return notice_; }
  [[nodiscard]] const GuestDescription& description() const override { return description_; }
  [[nodiscard]] GuestWishes wishes() const override { return {}; }
  [[nodiscard]] bool has_new_frame() const override;
  std::optional<HeldFrame> acquire() override;
  void forget() override;
  Cursor cursor() override;
  [[nodiscard]] std::uint32_t cursor_serial() const override { return cursor_serial_; }
  void set_visible(bool visible) override;
  void announce_latch(Nanoseconds from_now) override;
  Result<void> move_pointer(Point position) override;
  [[nodiscard]] int doorbell() const override;
  [[nodiscard]] std::uint64_t doorbell_serial() const override;
  [[nodiscard]] bool guest_rings() const override;
  bool fall_asleep() override;
  bool wake_up() override;
  bool rung_awake() override { return std::exchange(rung_awake_, false); }

 private:
  RegionSource(WatchedMemory memory, KnownElsewhere known_elsewhere, LazySlotBuffers::Maker maker);
  bool give_back(const HeldFrame& frame, bool used) override;
  bool keep(const HeldFrame& frame) override;
  [[nodiscard]] std::uint32_t rows_ready(const HeldFrame& frame) const override;

  [[nodiscard]] bool session_stands() const;
  void check_memory(HostTime now);
  void attach(HostTime now);
  void on_no_memory();
  void on_unreadable(const Error& error);
  void detach();
  void beat(HostTime now);
  GuestStatus watch_heartbeat(HostTime now);
  void follow_broker(HostTime now);
  void watch_guest_peer(HostTime now);
  void watch_successor(HostTime now);
  void ring_guest();
  void take_late_ring(BrokerLink& broker);
  pixel::DamageRegion damage_since_seen(const wire::FrameRecord& record) const;
  // A frame that somebody has.
  struct Hold {
    std::uint64_t number = 0;  // HeldFrame::hold(); its place is this, modulo their count
    bool kept = false;
    std::optional<ring::FrameLease> lease;  // none: free
  };
  [[nodiscard]] const ring::FrameLease* lease_of(const HeldFrame& frame) const;
  [[nodiscard]] Hold& hold_of(const HeldFrame& frame) {
    return holds_[frame.hold() % holds_.size()];
  }
  [[nodiscard]] std::size_t kept() const;
  [[nodiscard]] bool one_is_out() const;
  Hold& free_hold();
  bool take_over(const ring::FrameLease& lease);
  [[nodiscard]] std::optional<pixel::SlotMemory> place_of(const ring::FrameLease& lease);
  void refresh_shape(std::uint64_t ticket);

  WatchedMemory memory_;
  KnownElsewhere known_elsewhere_;
  std::unique_ptr<ring::ReaderSession> session_;  // must go before memory_
  std::array<Hold, kMaxKept + 1> holds_;          // must go before session_
  std::uint64_t mapping_ = 0;                     // of session_'s slots
  LazySlotBuffers slot_buffers_;                  // of session_

  std::uint64_t seen_ = 0;        // newest sequence whose pixels were taken over
  std::uint64_t rejected_ = 0;    // newest sequence that was nonsense
  pixel::PictureKind seen_kind_;  // of that frame; empty: none

  std::uint64_t heartbeat_ = 0;
  HostTime heartbeat_moved_;
  std::uint64_t spared_heartbeat_ = 0;  // a ring spoke for the guest that stood there; 0: none
  bool rung_ = false;                   // since the last tick
  bool rung_awake_ = false;             // and not told of it
  bool peer_seen_ = false;              // the broker told of the guest's address
  ring::DoorbellAddress own_address_;   // as the session has it
  Successor successor_;                 // in a new broker's memory
  std::uint64_t attachments_ = 0;       // to sessions, that ended
  HostTime next_beat_;
  HostTime next_look_;  // at the file, or for a guest
  bool visible_ = true;
  GuestStatus status_ = GuestStatus::Absent;
  std::string error_;
  std::string notice_;  // always empty: a frame of ours is whole or not there
  GuestDescription description_;

  std::uint64_t shape_ticket_ = 0;
  std::uint64_t rejected_shape_ = 0;
  std::uint64_t shape_serial_ = 0;
  pixel::CursorImage shape_;
  Cursor last_cursor_;
  std::uint32_t cursor_serial_ = 0;  // of the session, that last_cursor_ shows
  std::vector<std::byte> shape_bytes_;
};

}  // namespace pierglass::source
