// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/clock.hpp"
#include "compat/desktop_map.hpp"
#include "compat/kvmfr_frame.hpp"
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
  // Messages that nobody takes are given back after this long.
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
    friend bool operator==(const Newest&, const Newest&) = default;
  };

  // A new session. `loses_damage`: its host leaves out damage at times.
  void begin(std::span<std::byte> memory, const Dialect& dialect, std::uint32_t client_id,
             bool loses_damage);
  // The session is over; its memory is not touched any more.
  void end();

  // Subscribes, and gives back what nobody took. At least four times a second.
  void keep(HostTime now);
  void leave() { subscription_.leave(); }
  void forget();

  [[nodiscard]] bool has_new() const;
  // The newest frame, held until give_back(). Nothing while one is held.
  std::optional<Frame> take(HostTime now);
  // `trusted`: memory and session are as they were. Whether the pixels stood still; see
  // source::FrameSource.
  bool give_back(bool used, bool trusted);
  [[nodiscard]] std::uint32_t rows_ready() const;

  [[nodiscard]] const DesktopMap& map() const { return map_; }
  [[nodiscard]] const Newest& newest() const { return newest_; }
  [[nodiscard]] std::uint32_t attention() const { return attention_; }

 private:
  struct Shown {
    std::uint32_t serial;
    std::uint32_t format_version;
    pixel::PictureKind picture;
  };
  struct Held {
    LgmpMessage message;
    KvmfrFrame frame;
  };

  // Hosts repeat their last frame for new readers.
  [[nodiscard]] bool is_shown(const KvmfrFrame& frame) const;
  static pixel::PictureKind picture_of(const KvmfrFrame& frame);
  Result<KvmfrFrame> read(const LgmpMessage& message);
  void note(const KvmfrFrame& frame);
  void consider(const LgmpMessage& message);
  void gather_damage(const KvmfrFrame& frame);
  void give_up_pending();
  [[nodiscard]] Frame hand_out(const Held& held, HostTime now);
  [[nodiscard]] std::uint32_t rows_ready(const Held& held) const;
  [[nodiscard]] bool complete(const Held& held) const;

  Subscription subscription_;
  bool loses_damage_ = false;

  std::optional<Held> held_;
  std::optional<Shown> shown_;  // the last frame, when it was finished well
  bool all_damaged_ = true;     // the next frame's damage is not to be relied on
  bool missed_ = false;         // the newest frame was given back without being shown
  bool may_repeat_ = false;
  HostTime subscribed_;
  std::optional<HostTime> pending_since_;
  std::optional<std::uint32_t> returned_;  // serial of a frame that was taken, but not used
  HostTime refreshed_;                     // everything was handed out

  // While take() walks through the messages.
  pixel::DamageRegion damage_;
  bool walk_all_ = false;
  std::optional<std::uint32_t> walk_serial_;

  std::optional<std::uint32_t> sequence_serial_;
  std::uint64_t sequence_ = 0;
  std::optional<std::uint32_t> attention_serial_;
  std::uint32_t attention_ = 0;
  Newest newest_;
  DesktopMap map_;
};

}  // namespace pierglass::compat
