// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <vector>

#include "guest/core/capture_source.hpp"
#include "guest/core/pattern.hpp"
#include "guest/core/pattern_cursor.hpp"

namespace pierglass::guest {

struct PatternOptions {
  PatternMode mode = PatternMode::Full;
  wire::PixelFormat format = wire::PixelFormat::Xrgb8888;
  std::vector<Size> sizes{{1920, 1080}};  // shown in turn, for ever; not empty, no empty side
  Nanoseconds size_time{0};               // how long each stays; 0: the first for ever
  std::optional<wire::CursorType> cursor;
  bool cursor_moves = false;  // one step of its path at each poll
};

// Frames 1, 2, 3, ... of the pattern: one at each acquire(); in mode Still one for each size.
class PatternSource final : public CaptureSource {
 public:
  explicit PatternSource(PatternOptions options);

  CaptureOutcome acquire(HostTime now, Nanoseconds timeout, CapturedFrame& frame) override;
  void release() override {}
  Result<void> reinit() override { return {}; }
  PointerSource& pointer() override { return pointer_; }
  void move_pointer(Point frame_position) override;
  void request_mode(Size size, std::uint32_t millihertz) override;

 private:
  class Pointer final : public PointerSource {
   public:
    explicit Pointer(PatternSource& source) : source_(source) {}
    PointerUpdate poll(HostTime now) override;

   private:
    PatternSource& source_;
    std::uint64_t ticks_ = 0;
    std::uint64_t last_wish_ = 0;
    std::optional<PatternCursor> shape_;
    std::optional<Point> shown_;
    Point position_;
    Size size_;
  };

  [[nodiscard]] Size wanted_size(HostTime now);
  void resize(Size size);

  PatternOptions options_;
  PatternRenderer renderer_;
  PatternSpec spec_;
  std::vector<std::byte> canvas_;
  std::uint64_t number_ = 0;
  pixel::DamageRegion damage_;
  std::optional<HostTime> started_;

  // Requests of other threads, packed into one word each; 0: none.
  std::atomic<std::uint64_t> mode_wish_{0};
  std::atomic<std::uint64_t> pointer_wish_{0};
  std::atomic<std::uint64_t> current_size_{0};
  Pointer pointer_{*this};
};

}  // namespace pierglass::guest
