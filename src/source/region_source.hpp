// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ring/reader_session.hpp"
#include "shm/file_linux.hpp"
#include "shm/shared_memory.hpp"
#include "source/frame_source.hpp"

namespace pierglass::source {

// A guest of ours in a memory file. Survives everything that can happen to the file (truncated,
// grown, removed, replaced) and to the guest (killed, frozen, restarted, hostile).
class RegionSource final : public FrameSource {
 public:
  // A heartbeat that stands still this long makes the guest Silent (PROTOCOL.md).
  static constexpr Nanoseconds kGuestTimeout = std::chrono::seconds(2);

  // Maps `path` and looks what is there. An empty, foreign-free file is fine: the guest comes
  // later. Errors of shm::open_file; NotARegion and VersionMismatch when something else lives in
  // it.
  static Result<std::unique_ptr<RegionSource>> open(std::string path);

  // A source over memory that needs no file; for tests.
  static std::unique_ptr<RegionSource> over(shm::SharedMemory memory);

  GuestStatus tick(HostTime now) override;
  [[nodiscard]] const std::string& error() const override { return error_; }
  [[nodiscard]] bool has_new_frame() const override;
  std::optional<HeldFrame> acquire() override;
  void forget() override;
  Cursor cursor() override;
  void set_visible(bool visible) override;

 private:
  RegionSource(std::string path, shm::SharedMemory memory, shm::FileIdentity identity);
  bool give_back(const wire::FrameInfo& info, bool used) override;

  void check_memory(HostTime now);
  void remap(const shm::FileIdentity& identity);
  void attach(HostTime now);
  void detach();
  GuestStatus watch_heartbeat(HostTime now);
  pixel::DamageRegion damage_since_seen(const wire::FrameRecord& record) const;
  void refresh_shape(std::uint64_t ticket);

  std::string path_;  // empty: memory without a file
  shm::SharedMemory memory_;
  shm::FileIdentity identity_;
  std::unique_ptr<ring::ReaderSession> session_;  // must go before memory_
  std::optional<ring::FrameLease> lease_;         // must go before session_

  std::uint64_t seen_ = 0;      // newest sequence whose pixels were taken over
  std::uint64_t rejected_ = 0;  // newest sequence that was nonsense
  Size seen_size_;
  wire::PixelFormat seen_format_ = wire::PixelFormat::Xrgb8888;

  std::uint64_t heartbeat_ = 0;
  HostTime heartbeat_moved_;
  HostTime next_beat_;
  HostTime next_look_;  // at the file, or for a guest
  bool visible_ = true;
  GuestStatus status_ = GuestStatus::Absent;
  std::string error_;

  std::uint64_t shape_ticket_ = 0;
  std::uint64_t rejected_shape_ = 0;
  std::uint64_t shape_serial_ = 0;
  pixel::CursorImage shape_;
  Cursor last_cursor_;
  std::vector<std::byte> shape_bytes_;
};

}  // namespace pierglass::source
