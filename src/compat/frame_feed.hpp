// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/clock.hpp"
#include "compat/desktop_map.hpp"
#include "compat/kvmfr_frame.hpp"
#include "compat/kvmfr_host.hpp"
#include "compat/subscription.hpp"
#include "pixel/damage_region.hpp"
#include "pixel/image.hpp"
#include "source/frame_source.hpp"

namespace pierglass::compat {

// The frames of one host after another. Hosts drop readers that hold a message for a second, and
// repeat their newest frame for a new reader: what was given back unseen is had by subscribing
// anew. One thread; nothing blocks; only begin() allocates.
class FrameFeed {
 public:
  // Messages that nobody takes, or takes and does not use, are given back after this long.
  static constexpr Nanoseconds kPatience = std::chrono::milliseconds(400);
  // Subscribing anew to have the newest frame again happens at most this often.
  static constexpr Nanoseconds kRepeatPause = std::chrono::milliseconds(250);
  // Where damage is lost now and then, everything is taken over this often.
  static constexpr Nanoseconds kRefresh = std::chrono::seconds(1);

  struct Frame {
    wire::FrameInfo info;
    pixel::ConstImage image;
    pixel::DamageRegion damage;
  };

  // What the newest frame's header said.
  struct Newest {
    Size wanted;
    std::uint64_t memory_needed = 0;  // bytes
    bool truncated = false;
    bool keep_screen_on = false;
    bool unfinished = false;  // for a long time, and no other has been finished since
    // The field that made the last frame useless, and its value; null: none did.
    const char* bad_field = nullptr;
    std::uint64_t bad_value = 0;
    friend bool operator==(const Newest&, const Newest&) = default;
  };

  // A new session.
  void begin(std::span<std::byte> memory, const Dialect& dialect, std::uint32_t client_id,
             KvmfrQuirks quirks, LgmpPatience patience);
  // The session is over; its memory is not touched any more.
  void end();

  // Subscribes, and gives back what nobody took: at once when nobody looks, so that other readers
  // of the host need not wait for us. At least four times a second.
  void keep(HostTime now, bool visible);
  void leave() { subscription_.leave(); }
  void forget();

  [[nodiscard]] bool has_new() const;
  // The newest frame, held until give_back(). Nothing while one is held.
  std::optional<Frame> take(HostTime now);
  // `trusted`: memory and session are as they were. Whether the pixels stood still; see
  // source::FrameSource.
  bool give_back(bool used, bool trusted, HostTime now);
  [[nodiscard]] std::uint32_t rows_ready() const;

  [[nodiscard]] const DesktopMap& map() const { return map_; }
  [[nodiscard]] const Newest& newest() const { return newest_; }
  [[nodiscard]] std::uint32_t attention() const { return attention_; }

 private:
  struct Shown {
    std::uint32_t serial;
    std::uint32_t format_version;
    pixel::PictureKind kind;
  };
  struct Held {
    LgmpMessage message;
    KvmfrFrame frame;
  };

  // What take() finds on its way from the oldest message to the newest.
  struct Walk {
    pixel::DamageRegion damage;
    bool all = false;                     // `damage` is not all of it
    std::optional<std::uint32_t> serial;  // of the frame that `damage` reaches up to
  };

  // Hosts repeat their last frame for new readers.
  [[nodiscard]] bool is_shown(const KvmfrFrame& frame) const;
  [[nodiscard]] Result<KvmfrFrame> read(const LgmpMessage& message) const;
  void note(const KvmfrFrame& frame);
  void note_bad(const Error& error);
  void subscribe_again(HostTime now);
  void consider(const LgmpMessage& message, Walk& walk);
  void gather_damage(const KvmfrFrame& frame, Walk& walk) const;
  void give_up_pending(bool waited_for);
  void refresh_after_rest(HostTime now);
  [[nodiscard]] Frame hand_out(const Held& held, Walk& walk, HostTime now);
  [[nodiscard]] std::uint64_t sequence_of(std::uint32_t serial);
  [[nodiscard]] std::uint32_t rows_ready(const Held& held) const;
  [[nodiscard]] bool complete(const Held& held) const;

  Subscription subscription_;
  KvmfrQuirks quirks_;

  std::optional<Held> held_;
  std::optional<Shown> shown_;  // the last frame, when it was finished well
  bool all_damaged_ = true;     // the next frame's damage is not to be relied on
  bool missed_ = false;         // the newest frame was given back without being shown
  bool may_repeat_ = false;
  HostTime subscribed_;
  std::optional<HostTime> pending_since_;  // the oldest message, held or not
  std::optional<std::uint32_t> returned_;  // serial of a frame that was taken, but not used
  HostTime refreshed_;                     // everything was handed out
  bool partly_ = false;                    // what was handed out last was less

  std::optional<std::uint32_t> sequence_serial_;
  std::uint64_t sequence_ = 0;
  std::optional<std::uint32_t> attention_serial_;
  std::uint32_t attention_ = 0;
  Newest newest_;
  DesktopMap map_;
};

}  // namespace pierglass::compat
