// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "compat/frame_feed.hpp"
#include "compat/host_watch.hpp"
#include "compat/pointer_feed.hpp"
#include "source/frame_source.hpp"
#include "source/watched_memory.hpp"

namespace pierglass::compat {

// Frames and pointer of a Looking Glass host. Survives what can happen to the memory's file and to
// the host: killed, frozen, restarted with another size or format, dead while it held a lock.
class LookingGlassSource final : public source::FrameSource {
 public:
  explicit LookingGlassSource(source::WatchedMemory memory, LgmpPatience patience = {});
  ~LookingGlassSource() override;

  // True when one of the dialects' magic numbers stands in the memory, whether its host lives or
  // not.
  static bool recognises(std::span<std::byte> memory);

  // Call it every 50 ms or so: messages that lie too long cost the subscription.
  source::GuestStatus tick(HostTime now) override;
  [[nodiscard]] const std::string& error() const override;
  [[nodiscard]] const std::string& notice() const override { return notice_; }
  [[nodiscard]] const source::GuestDescription& description() const override {
    return description_;
  }
  [[nodiscard]] source::GuestWishes wishes() const override;
  [[nodiscard]] bool has_new_frame() const override;
  std::optional<source::HeldFrame> acquire() override;
  void forget() override { frames_.forget(); }
  source::Cursor cursor() override;
  void set_visible(bool visible) override;
  Result<void> move_pointer(Point position) override;

 private:
  struct SessionName {
    const Dialect* dialect;
    std::uint32_t id;
    friend bool operator==(const SessionName&, const SessionName&) = default;
  };

  bool give_back(const source::HeldFrame& frame, bool used) override;
  [[nodiscard]] std::uint32_t rows_ready(const source::HeldFrame& frame) const override;

  void check_memory();
  void follow_session();
  void begin_session(const HostSession& session);
  void end_session();
  void refresh_notice();
  [[nodiscard]] bool session_stands() const;

  source::WatchedMemory memory_;
  LgmpPatience patience_;
  HostWatch watch_;
  FrameFeed frames_;
  PointerFeed pointer_;
  std::optional<SessionName> session_;  // that the feeds are of

  HostTime now_;
  HostTime next_look_;  // at the path
  bool lent_ = false;   // somebody has a HeldFrame
  bool visible_ = true;
  source::GuestStatus status_ = source::GuestStatus::Absent;
  source::GuestDescription description_;
  std::string notice_;
  FrameFeed::Newest noticed_;  // what notice_ was made from
};

}  // namespace pierglass::compat
