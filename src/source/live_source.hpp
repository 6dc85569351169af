// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "source/frame_source.hpp"

namespace pierglass::source {

// Several readers of one memory, each of another format, shown as one: the one whose guest lives.
// While none lives all look for theirs; while one lives the others look seldom, so that a guest of
// another format that took the memory over is found soon after the first fell silent.
class LiveSource final : public FrameSource {
 public:
  // How often the others look while one lives.
  static constexpr Nanoseconds kOthersInterval = std::chrono::seconds(1);

  // At least one reader. The first is shown at first; one is left for a better one only.
  explicit LiveSource(std::vector<std::unique_ptr<FrameSource>> readers);

  // The best of what the readers say: Live, Silent, Unreadable, Absent.
  GuestStatus tick(HostTime now) override;

  // All of the following are the shown reader's.
  [[nodiscard]] const std::string& error() const override { return shown().error(); }
  [[nodiscard]] const std::string& notice() const override { return shown().notice(); }
  [[nodiscard]] const GuestDescription& description() const override {
    return shown().description();
  }
  [[nodiscard]] GuestWishes wishes() const override;
  [[nodiscard]] bool has_new_frame() const override { return shown().has_new_frame(); }
  std::optional<HeldFrame> acquire() override { return shown().acquire(); }
  void forget() override { shown().forget(); }
  Cursor cursor() override;
  [[nodiscard]] std::uint32_t cursor_serial() const override { return shown().cursor_serial(); }
  Result<void> move_pointer(Point position) override { return shown().move_pointer(position); }
  void announce_latch(Nanoseconds from_now) override { shown().announce_latch(from_now); }
  [[nodiscard]] int doorbell() const override { return shown().doorbell(); }
  // Two readers' must not pass for the same one.
  [[nodiscard]] std::uint64_t doorbell_serial() const override {
    return shown().doorbell_serial() * readers_.size() + shown_;
  }
  [[nodiscard]] bool guest_rings() const override { return shown().guest_rings(); }
  bool fall_asleep() override { return shown().fall_asleep(); }
  bool wake_up() override { return shown().wake_up(); }
  bool rung_awake() override { return shown().rung_awake(); }

  // Reaches all.
  void set_visible(bool visible) override;

 private:
  struct Reader {
    std::unique_ptr<FrameSource> source;
    GuestStatus status = GuestStatus::Absent;
  };

  [[nodiscard]] FrameSource& shown() const { return *readers_[shown_].source; }
  void tick_others(HostTime now);
  void show_best();
  // Frames are held by the readers themselves.
  bool give_back(const HeldFrame& frame, bool used) override;
  [[nodiscard]] std::uint32_t rows_ready(const HeldFrame& frame) const override;

  std::vector<Reader> readers_;
  std::size_t shown_ = 0;
  HostTime next_others_;
};

}  // namespace pierglass::source
