// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "guest/core/pattern_source.hpp"
#include "tests/guest/scripted_output.hpp"

namespace pierglass::test {

// A desktop that shows the guest's test pattern, at a rate. Every so often something else happens.
struct PatternDesktop {
  guest::PatternOptions pattern;
  Nanoseconds interval{0};       // between frames; 0: as fast as they are taken
  std::uint32_t rotation = 1;    // DXGI_MODE_ROTATION
  std::uint64_t lose_every = 0;  // so many frames after each loss comes the next; 0: never
};

class PatternPlay final : public DesktopPlay {
 public:
  explicit PatternPlay(PatternDesktop desktop);

  const DesktopMode& mode() override { return mode_; }
  std::uint32_t open() override { return 0; }
  bool has_newer_call() override { return true; }
  const DesktopStep* next(std::uint32_t milliseconds) override;
  pixel::ConstImage picture() override { return frame_.picture; }
  std::vector<Rect> changed(const DesktopStep& step) override {
    if (!step.presented) return {};
    return {frame_.damage.begin(), frame_.damage.end()};
  }

 private:
  bool wait_for_turn(std::uint32_t milliseconds);
  bool take_frame();
  void show_pointer();

  const PatternDesktop desktop_;
  guest::PatternSource source_;
  guest::CapturedFrame frame_;
  std::optional<HostTime> due_;
  DesktopMode mode_;
  DesktopStep step_;
  std::uint64_t frames_ = 0;
  std::uint64_t lost_at_ = 0;
  std::uint64_t pointer_ticks_ = 0;
  bool pointer_shown_ = false;
};

}  // namespace pierglass::test
