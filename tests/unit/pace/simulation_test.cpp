// SPDX-License-Identifier: GPL-2.0-or-later
//
// A guest, a compositor and an imprecise timer on a fake clock, driven by WaitLadder and
// PresentGate as the present thread drives them: what polling costs and how late it sees things.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <optional>
#include <random>
#include <vector>

#include "pace/histogram.hpp"
#include "pace/present_gate.hpp"
#include "pace/wait_ladder.hpp"

namespace pierglass::pace {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Times = std::vector<HostTime>;

constexpr HostTime kStart{std::chrono::hours(1)};
constexpr Nanoseconds k60Hz{16'666'667};
constexpr Nanoseconds k144Hz{6'944'444};

enum class Compositor { AlwaysReady, Callbacks60Hz, Hidden };

struct World {
  Times frames;
  Times cursor;
  Nanoseconds length = seconds(10);
  Compositor compositor = Compositor::AlwaysReady;
  bool present = true;
  HostTime measured_from = kStart;  // wake-ups and delays before are not counted
};

struct Outcome {
  double wakes_per_second = 0;
  Histogram frame_delay;   // published → seen
  Histogram cursor_delay;  // newest motion → seen
  std::uint64_t draws = 0;

  [[nodiscard]] double median_us() const {
    return static_cast<double>(frame_delay.quantile(0.5)) / 1e3;
  }
  [[nodiscard]] double p99_us() const {
    return static_cast<double>(frame_delay.quantile(0.99)) / 1e3;
  }
};

class Simulation {
 public:
  explicit Simulation(const World& world) : world_(world) {}

  Outcome run() {
    const HostTime end = kStart + world_.length;
    std::uint64_t wakes = 0;
    while (now_ < end) {
      look();
      draw();
      const auto plan =
          ladder_.next(now_, {.present = world_.present, .blocked = gate_.blocked(now_)});
      EXPECT_GT(plan.sleep, Nanoseconds::zero());
      wake(plan.sleep);
      if (now_ >= world_.measured_from) ++wakes;
    }
    const std::chrono::duration<double> measured = end - world_.measured_from;
    outcome_.wakes_per_second = static_cast<double>(wakes) / measured.count();
    return outcome_;
  }

 private:
  static constexpr Nanoseconds kDrawTime = microseconds(400);

  void look() {
    const auto frame = newest(world_.frames, next_frame_);
    const auto motion = newest(world_.cursor, next_motion_);
    ladder_.on_look(now_, {.frame = frame.has_value(), .cursor = motion.has_value()});
    if (frame || motion) gate_.on_change();
    if (now_ < world_.measured_from) return;
    if (frame) outcome_.frame_delay.add(now_ - *frame);
    if (motion) outcome_.cursor_delay.add(now_ - *motion);
  }

  // The newest of `times` that has come and was not seen yet.
  std::optional<HostTime> newest(const Times& times, std::size_t& next) const {
    std::optional<HostTime> found;
    while (next < times.size() && times[next] <= now_) found = times[next++];
    return found;
  }

  void draw() {
    const auto action = gate_.draw_now(now_);
    if (action == PresentGate::Draw::No) return;
    const HostTime began = now_;
    now_ += kDrawTime;
    ++outcome_.draws;
    gate_.drawn(began, now_);
    if (world_.compositor == Compositor::AlwaysReady) gate_.on_callback(now_);
    if (world_.compositor == Compositor::Callbacks60Hz) {
      const auto refreshes = (now_ - kStart) / k60Hz + 1;
      callback_ = kStart + refreshes * k60Hz;
    }
  }

  void wake(Nanoseconds sleep) {
    const HostTime timer = now_ + sleep + microseconds(20 + random_() % 80);
    if (callback_ && *callback_ <= timer) {
      now_ = *callback_;
      callback_.reset();
      gate_.on_callback(now_);
    } else {
      now_ = timer;
    }
  }

  World world_;
  HostTime now_ = kStart;
  std::size_t next_frame_ = 0;
  std::size_t next_motion_ = 0;
  std::optional<HostTime> callback_;
  std::mt19937 random_{1};
  WaitLadder ladder_;
  PresentGate gate_;
  Outcome outcome_;
};

Outcome simulate(const char* title, const World& world) {
  const Outcome outcome = Simulation(world).run();
  std::cout << title << ": " << outcome.wakes_per_second << " wake-ups/s, frame seen after p50 "
            << outcome.median_us() << " us, p99 " << outcome.p99_us() << " us\n";
  return outcome;
}

// Frames every `period`, each up to `jitter` early or late.
Times steady(Nanoseconds period, Nanoseconds jitter, Nanoseconds length, HostTime from = kStart) {
  std::mt19937_64 random(7);
  Times times;
  for (Nanoseconds at = period; at < length; at += period) {
    const auto range = static_cast<std::uint64_t>(2 * jitter.count() + 1);
    const auto offset = static_cast<std::int64_t>(random() % range) - jitter.count();
    times.push_back(from + at + Nanoseconds(offset));
  }
  return times;
}

TEST(Polling, ASteadySourceIsSeenSoonForFewWakeUps) {
  for (const Nanoseconds period : {k60Hz, k144Hz, Nanoseconds(33'366'667)}) {
    const auto outcome =
        simulate("steady", {.frames = steady(period, microseconds(30), seconds(10)),
                            .measured_from = kStart + seconds(1)});
    EXPECT_LE(outcome.median_us(), 300);
    EXPECT_LE(outcome.p99_us(), 600);
    const double frames_per_second = 1e9 / static_cast<double>(period.count());
    EXPECT_LE(outcome.wakes_per_second, 12 * frames_per_second);
  }
}

TEST(Polling, ModerateJitterIsStillPredicted) {
  const auto outcome =
      simulate("60/s +-0.5 ms", {.frames = steady(k60Hz, microseconds(500), seconds(10)),
                                 .measured_from = kStart + seconds(1)});
  EXPECT_LE(outcome.median_us(), 300);
  EXPECT_LE(outcome.wakes_per_second, 1000);
}

TEST(Polling, StrongJitterIsPolledSteadily) {
  const auto outcome =
      simulate("60/s +-4 ms", {.frames = steady(k60Hz, milliseconds(4), seconds(10)),
                               .measured_from = kStart + seconds(1)});
  EXPECT_LE(outcome.median_us(), 350);
  EXPECT_LE(outcome.p99_us(), 700);
  EXPECT_LE(outcome.wakes_per_second, 2000);
}

TEST(Polling, FramesOfADesktopThatSkipsRefreshesAreSeenSoon) {
  std::mt19937_64 random(3);
  Times frames;
  HostTime at = kStart;
  while (at < kStart + seconds(30)) {
    for (std::uint64_t i = 1 + random() % 20; i > 0; --i) {
      at += k60Hz * static_cast<std::int64_t>(1 + random() % 2);
      frames.push_back(at + microseconds(random() % 100));
    }
    at += k60Hz * static_cast<std::int64_t>(random() % 40);
  }
  const auto outcome = simulate("bursts", {.frames = frames, .length = seconds(30)});
  EXPECT_LE(outcome.median_us(), 300);
  EXPECT_LE(outcome.p99_us(), 4200);
  EXPECT_LE(outcome.wakes_per_second, 1500);
}

TEST(Polling, AFrameThatNobodyPredictedWaitsOneNapAtMost) {
  Times frames = steady(k60Hz, Nanoseconds(0), seconds(20));
  std::mt19937_64 random(5);
  for (int i = 1; i < 20; ++i) {
    frames.push_back(kStart + seconds(i) + microseconds(random() % 16'000));
  }
  std::sort(frames.begin(), frames.end());
  const auto outcome = simulate(
      "steady with intruders",
      {.frames = frames, .length = seconds(20), .measured_from = kStart + milliseconds(500)});
  EXPECT_LE(outcome.median_us(), 300);
  EXPECT_LE(static_cast<double>(outcome.frame_delay.max()) / 1e3, 4200);
}

TEST(Polling, AChangeOfRateIsFollowed) {
  for (const auto& [first, second] : {std::pair{k60Hz, k144Hz}, {k144Hz, k60Hz}}) {
    Times frames = steady(first, microseconds(50), seconds(5));
    for (const HostTime at : steady(second, microseconds(50), seconds(5), kStart + seconds(5))) {
      frames.push_back(at);
    }
    const auto outcome =
        simulate("other rate", {.frames = frames, .measured_from = kStart + milliseconds(5300)});
    EXPECT_LE(outcome.median_us(), 300);
    EXPECT_LE(outcome.p99_us(), 600);
    EXPECT_LE(outcome.wakes_per_second, 12e9 / static_cast<double>(second.count()));
  }
}

TEST(Polling, WithoutActivityAFewWakeUpsRemain) {
  const auto idle = simulate("idle", {.frames = steady(k60Hz, Nanoseconds(0), seconds(1)),
                                      .measured_from = kStart + seconds(2)});
  EXPECT_LE(idle.wakes_per_second, 80);
  EXPECT_GE(idle.wakes_per_second, 40) << "or the first frame after a pause comes late";
  const auto absent = simulate("absent", {.present = false});
  EXPECT_LE(absent.wakes_per_second, 20);
}

TEST(Polling, ABlinkingCaretCostsLittle) {
  const auto outcome =
      simulate("caret", {.frames = steady(milliseconds(530), milliseconds(3), seconds(20)),
                         .length = seconds(20),
                         .measured_from = kStart + seconds(1)});
  EXPECT_LE(static_cast<double>(outcome.frame_delay.max()) / 1e3, 2150);
  EXPECT_LE(outcome.wakes_per_second, 800);
}

TEST(Polling, TheCursorIsSeenWithinAMillisecondAndABit) {
  const World world{.cursor = steady(milliseconds(1), microseconds(100), seconds(10))};
  const auto outcome = simulate("cursor 1000/s", world);
  EXPECT_LE(outcome.cursor_delay.quantile(0.99), 1'200'000u);
  EXPECT_LE(outcome.wakes_per_second, 1010);
}

TEST(Polling, WithFrameCallbacksTheCursorCostsNoMoreThanTheRefreshes) {
  const World world{.cursor = steady(milliseconds(1), microseconds(100), seconds(10)),
                    .compositor = Compositor::Callbacks60Hz};
  const auto outcome = simulate("cursor 1000/s, callbacks", world);
  EXPECT_LE(outcome.wakes_per_second, 130);
  EXPECT_GE(outcome.draws, 590u);
}

TEST(Polling, WithFrameCallbacksFramesCostAFewWakeUpsEach) {
  for (const Nanoseconds period : {k60Hz, k144Hz}) {
    Times frames = steady(period, microseconds(100), seconds(10));
    for (auto& at : frames) at += milliseconds(3);
    const World world{.frames = frames, .compositor = Compositor::Callbacks60Hz};
    const auto outcome = simulate("callbacks", world);
    EXPECT_LE(outcome.wakes_per_second, 500);
    EXPECT_GE(outcome.draws, 590u);
  }
}

TEST(Polling, AHiddenWindowDrawsOnceAndWakesRarely) {
  const World world{.frames = steady(k144Hz, microseconds(100), seconds(10)),
                    .cursor = steady(milliseconds(1), Nanoseconds(0), seconds(10)),
                    .compositor = Compositor::Hidden};
  const auto outcome = simulate("hidden", world);
  EXPECT_EQ(outcome.draws, 1u);
  EXPECT_LE(outcome.wakes_per_second, 20);
}

}  // namespace
}  // namespace pierglass::pace
