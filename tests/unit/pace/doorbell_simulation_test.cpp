// SPDX-License-Identifier: GPL-2.0-or-later
//
// Guests that ring well, badly, late, never or all the time, on a fake clock, in front of a
// WaitLadder driven as the present thread drives it: what sleeping on a doorbell costs, and how
// late it sees things.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "pace/histogram.hpp"
#include "pace/wait_ladder.hpp"

namespace pierglass::pace {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Times = std::vector<HostTime>;
using Standing = DoorbellTrust::Standing;

constexpr HostTime kStart{std::chrono::hours(1)};
constexpr HostTime kNever = HostTime::max();
constexpr Nanoseconds k60Hz{16'666'667};

struct Guest {
  Times frames;
  Times cursor;
  Times hidden;  // motion of a pointer that nobody sees, for which nobody is rung
  Nanoseconds ring_after = microseconds(20);
  int loses_one_of = 0;  // rings; 0: none, 1: all
  bool repeats = true;   // unanswered ones, ten times a second
  bool greets = true;    // who sleeps for the first time
  HostTime rings_until = kNever;
  Nanoseconds rings_every{};  // for nothing; 0: never
};

struct World {
  Guest guest;
  Nanoseconds length = seconds(10);
  Nanoseconds callback{};  // after each picture; 0: the next one may be drawn at once
  bool pointer_drawn = true;
  HostTime measured_from = kStart;
  Times attention;  // wakes as main does
};

struct Outcome {
  double wakes_per_second = 0;
  Histogram delay;   // published → seen, of the newest
  Histogram waited;  // of the oldest that was not seen yet
  std::uint64_t seen = 0;
  DoorbellTrust::Counters counters;
  Standing standing{};
  std::uint64_t told = 0;  // that we sleep

  [[nodiscard]] double median_us() const { return static_cast<double>(delay.quantile(0.5)) / 1e3; }
  [[nodiscard]] double max_ms() const { return static_cast<double>(waited.max()) / 1e6; }
};

class Simulation {
 public:
  explicit Simulation(World world) : world_(std::move(world)) {
    const Guest& guest = world_.guest;
    std::ranges::merge(guest.frames, guest.cursor, std::back_inserter(news_));
    std::ranges::merge(news_, guest.hidden, std::back_inserter(changes_));
  }

  Outcome run() {
    std::uint64_t wakes = 0;
    while (now_ < kStart + world_.length) {
      look();
      const bool blocked = now_ < blocked_until_;
      const WaitLadder::Plan plan = ladder_.next(
          now_, {.present = true, .blocked = blocked, .until_told = blocked, .rings = true});
      EXPECT_GT(plan.sleep, Nanoseconds::zero());
      // As FrameSource::fall_asleep().
      if (plan.on_doorbell && next(changes_) <= now_) {
        ladder_.on_refusal();
        continue;
      }
      sleep(plan);
      if (now_ >= world_.measured_from && now_ < kStart + world_.length) ++wakes;
    }
    const std::chrono::duration<double> measured = kStart + world_.length - world_.measured_from;
    outcome_.wakes_per_second = static_cast<double>(wakes) / measured.count();
    outcome_.counters = ladder_.trust().counters();
    outcome_.standing = ladder_.trust().standing();
    return outcome_;
  }

 private:
  // The first that was not seen.
  [[nodiscard]] HostTime next(const Times& times) const {
    const auto at = std::ranges::upper_bound(times, looked_);
    return at == times.end() ? kNever : *at;
  }
  [[nodiscard]] bool came(const Times& times) const { return next(times) <= now_; }
  [[nodiscard]] std::ptrdiff_t came_since(const Times& times) const {
    return std::ranges::upper_bound(times, now_) - std::ranges::upper_bound(times, looked_);
  }

  void look() {
    if (now_ < blocked_until_) return;
    const Times& frames = world_.guest.frames;
    const WaitLadder::Found found{.hidden = came(world_.guest.hidden),
                                  .frame = came(frames),
                                  .cursor = came(world_.guest.cursor),
                                  .skipped = came_since(frames) > 1};
    if (found.frame || found.cursor) {
      const auto newest = std::prev(std::ranges::upper_bound(news_, now_));
      ++outcome_.seen;
      if (now_ >= world_.measured_from) {
        outcome_.delay.add(now_ - *newest);
        outcome_.waited.add(now_ - next(news_));
      }
    }
    ladder_.on_look(now_, found);
    looked_ = now_;
    if (!found.frame && !(found.cursor && world_.pointer_drawn)) return;
    now_ += microseconds(300);
    blocked_until_ = now_ + world_.callback;
  }

  void sleep(const WaitLadder::Plan& plan) {
    const HostTime timer = now_ + plan.sleep + microseconds(20 + random_() % 80);
    // What the compositor says is heard after a sleep on the doorbell.
    const bool told = blocked_until_ > now_ && !plan.on_doorbell;
    HostTime until = std::min(timer, told ? blocked_until_ : kNever);
    const auto attention = std::ranges::upper_bound(world_.attention, now_);
    if (attention != world_.attention.end()) until = std::min(until, *attention);
    if (!plan.on_doorbell) {
      now_ = until;
      return;
    }
    ++outcome_.told;
    const HostTime rung = next_ring(until);
    if (rung <= until) pending_ring_.reset();
    now_ = std::max(now_ + microseconds(5), std::min(until, rung));
    using Wake = DoorbellTrust::Wake;
    ladder_.on_wake(now_, rung <= until ? Wake::Ring : Wake::Other);
  }

  // The first ring of those that the guest sends to a sleeper until `until`. One that comes later
  // is kept.
  HostTime next_ring(HostTime until) {
    HostTime first = pending_ring_.value_or(kNever);
    if (world_.guest.greets && !std::exchange(greeted_, true)) first = now_ + milliseconds(50);
    for (auto at = std::ranges::upper_bound(news_, now_); at != news_.end() && *at <= until; ++at) {
      if (*at >= first) break;
      const int one_of = world_.guest.loses_one_of;
      const bool lost = (one_of != 0 && ++sent_ % one_of == 0) || *at > world_.guest.rings_until;
      if (!lost) first = std::min(first, *at + world_.guest.ring_after);
      if (lost && world_.guest.repeats) first = std::min(first, *at + milliseconds(100));
    }
    if (first != kNever) pending_ring_ = first;
    if (world_.guest.rings_every > Nanoseconds::zero()) {
      first = std::min(first, now_ + world_.guest.rings_every);
    }
    return first;
  }

  World world_;
  Times news_;     // that are rung for
  Times changes_;  // all that a reader could find
  HostTime now_ = kStart;
  HostTime looked_ = kStart;
  HostTime blocked_until_ = kStart;
  std::optional<HostTime> pending_ring_;
  int sent_ = 0;
  bool greeted_ = false;
  std::mt19937 random_{1};
  WaitLadder ladder_;
  Outcome outcome_;
};

Outcome simulate(const char* title, const World& world) {
  const Outcome outcome = Simulation(world).run();
  std::cout << title << ": " << outcome.wakes_per_second << " wake-ups/s, seen after p50 "
            << outcome.median_us() << " us, max " << outcome.max_ms() << " ms, "
            << name(outcome.standing) << ", " << outcome.counters.rings << " rings, "
            << outcome.counters.misses << " misses, " << outcome.counters.empty << " empty\n";
  return outcome;
}

Times every(Nanoseconds period, Nanoseconds from, Nanoseconds to) {
  std::mt19937_64 random(7);
  Times times;
  for (Nanoseconds at = from + period; at < to; at += period) {
    times.push_back(kStart + at + microseconds(random() % 50));
  }
  return times;
}

// A second of 60 frames/s, three of silence, and so on.
Times bursts(Nanoseconds length) {
  Times times;
  for (Nanoseconds at{}; at < length; at += seconds(4)) {
    const Times burst = every(k60Hz, at, at + seconds(1));
    times.insert(times.end(), burst.begin(), burst.end());
  }
  return times;
}

TEST(Doorbell, AGuestThatRingsIsWokenForOnlyWhenAFrameCame) {
  const auto outcome = simulate("reliable", {.guest = {.frames = every(k60Hz, {}, seconds(10))},
                                             .measured_from = kStart + seconds(1)});
  EXPECT_EQ(outcome.standing, Standing::Trusted);
  EXPECT_LE(outcome.wakes_per_second, 61);
  EXPECT_LE(outcome.median_us(), 25) << "nothing between the ring and the look";
  EXPECT_LE(outcome.max_ms(), 0.1);
  EXPECT_EQ(outcome.counters.misses, 0u);
}

TEST(Doorbell, WithFrameCallbacksAFrameCostsOneWakeUpToo) {
  const auto outcome =
      simulate("reliable, callbacks", {.guest = {.frames = every(k60Hz, {}, seconds(10))},
                                       .callback = milliseconds(12),
                                       .measured_from = kStart + seconds(1)});
  EXPECT_LE(outcome.wakes_per_second, 61);
  EXPECT_LE(outcome.median_us(), 25);
}

TEST(Doorbell, WhereTheCallbackComesLastItIsWaitedForAlone) {
  const auto outcome =
      simulate("144/s, callbacks", {.guest = {.frames = every(k60Hz * 5 / 12, {}, seconds(10))},
                                    .callback = k60Hz - microseconds(300),
                                    .measured_from = kStart + seconds(1)});
  EXPECT_LE(outcome.wakes_per_second, 61);
  EXPECT_EQ(outcome.counters.empty, 0u);
}

TEST(Doorbell, WhoeverComesLastNowAndThenCostsASecondWakeUpThen) {
  Guest guest{.frames = every(k60Hz, {}, seconds(10))};
  std::mt19937_64 random(5);
  for (HostTime& at : guest.frames) at += microseconds(random() % 8'000);
  const auto outcome = simulate(
      "uneven, callbacks",
      {.guest = guest, .callback = milliseconds(14), .measured_from = kStart + seconds(1)});
  EXPECT_LE(outcome.wakes_per_second, 100);
  EXPECT_EQ(outcome.counters.misses, 0u);
  EXPECT_EQ(outcome.standing, Standing::Trusted);
}

TEST(Doorbell, AnIdleGuestThatIsTrustedWakesNobody) {
  const auto outcome = simulate("idle", {.guest = {.frames = every(k60Hz, {}, seconds(1))},
                                         .length = seconds(50),
                                         .measured_from = kStart + milliseconds(1200)});
  EXPECT_EQ(outcome.standing, Standing::Trusted);
  EXPECT_EQ(outcome.wakes_per_second, 0);
}

TEST(Doorbell, AGuestThatGreetsAndNeverHasNewsWakesNobody) {
  const auto outcome = simulate(
      "never any news", {.length = seconds(50), .measured_from = kStart + milliseconds(2500)});
  EXPECT_EQ(outcome.wakes_per_second, 0);
}

TEST(Doorbell, OneThatIsNeverHeardIsPolled) {
  const auto outcome = simulate("no greeting", {.guest = {.greets = false}});
  EXPECT_LE(outcome.wakes_per_second, 80);
  EXPECT_GE(outcome.wakes_per_second, 40);
}

TEST(Doorbell, TheFirstFrameAfterALongSilenceIsSeenAtOnce) {
  const Times late = {kStart + seconds(40)};
  const auto outcome = simulate("one frame", {.guest = {.frames = late}, .length = seconds(45)});
  EXPECT_LE(outcome.max_ms(), 0.1);
}

TEST(Doorbell, LostRingsCostNoMoreThanThePollingThatFollows) {
  const auto outcome = simulate(
      "loses one of ten", {.guest = {.frames = every(k60Hz, {}, seconds(60)), .loses_one_of = 10},
                           .length = seconds(60),
                           .measured_from = kStart + seconds(1)});
  EXPECT_GE(outcome.counters.misses, 4u);
  EXPECT_NE(outcome.standing, Standing::Trusted);
  EXPECT_LE(outcome.median_us(), 300);
  EXPECT_LE(outcome.max_ms(), 4.2) << "a nap of the polling ladder";
  EXPECT_GE(outcome.seen, 3590u) << "no frame is lost";
}

TEST(Doorbell, ALostRingToATrustingSleeperCostsTheRepetition) {
  World world{.guest = {.frames = every(milliseconds(700), {}, seconds(60)), .loses_one_of = 20},
              .length = seconds(60)};
  const auto outcome = simulate("slow frames, loses one of twenty", world);
  EXPECT_LE(outcome.max_ms(), 100.2);
  EXPECT_EQ(outcome.seen, world.guest.frames.size());
}

TEST(Doorbell, AGuestThatNeverRingsIsPolledAsIfThereWereNoDoorbell) {
  const Guest guest{.frames = every(k60Hz, {}, seconds(60)),
                    .loses_one_of = 1,
                    .repeats = false,
                    .greets = false};
  const auto outcome = simulate(
      "never rings", {.guest = guest, .length = seconds(60), .measured_from = kStart + seconds(1)});
  EXPECT_LE(outcome.median_us(), 300);
  EXPECT_LE(outcome.max_ms(), 4.2) << "a nap of the polling ladder";
  EXPECT_GE(outcome.counters.distrusts, 2u) << "it is tried again";
  EXPECT_GE(outcome.seen, 3590u);
}

TEST(Doorbell, OneThatNeverRingsIsNeverLateAfterAPause) {
  const Guest guest{
      .frames = bursts(seconds(60)), .loses_one_of = 1, .repeats = false, .greets = false};
  const auto outcome = simulate("never rings, pauses", {.guest = guest, .length = seconds(60)});
  EXPECT_LE(outcome.max_ms(), 15.2) << "a nap at an idle guest";
}

TEST(Doorbell, RingsThatEndInTheMiddleOfAMovingPictureAreNoticedAtOnce) {
  const Guest guest{.frames = every(k60Hz, {}, seconds(10)),
                    .repeats = false,
                    .rings_until = kStart + seconds(5)};
  const auto steady = simulate("rings end", {.guest = guest, .measured_from = kStart + seconds(1)});
  EXPECT_LE(steady.max_ms(), 4.2);
  EXPECT_GE(steady.counters.distrusts, 1u);
  Guest uneven = guest;
  std::mt19937_64 random(5);
  for (HostTime& at : uneven.frames) at += microseconds(random() % 16'000);
  const auto moving =
      simulate("rings end, uneven frames", {.guest = uneven, .measured_from = kStart + seconds(1)});
  EXPECT_LE(moving.max_ms(), 100.2);
  EXPECT_GE(moving.counters.distrusts, 1u);
}

TEST(Doorbell, LostRingsOfUnevenFramesAreNoticed) {
  Guest guest{.frames = every(k60Hz, {}, seconds(60)), .loses_one_of = 10};
  std::mt19937_64 random(5);
  for (HostTime& at : guest.frames) at += microseconds(random() % 16'000);
  const auto outcome =
      simulate("uneven, loses one of ten",
               {.guest = guest, .length = seconds(60), .measured_from = kStart + seconds(5)});
  EXPECT_GE(outcome.counters.distrusts, 1u);
  EXPECT_LE(outcome.median_us(), 350);
}

TEST(Doorbell, ARingThatComesLateIsNoMiss) {
  const auto outcome =
      simulate("late by 3 ms",
               {.guest = {.frames = every(k60Hz, {}, seconds(2)), .ring_after = milliseconds(3)},
                .length = seconds(60),
                .measured_from = kStart + seconds(10)});
  EXPECT_EQ(outcome.counters.misses, 0u);
  EXPECT_LE(outcome.wakes_per_second, 0.1);
  const auto moving =
      simulate("late by 3 ms, moving",
               {.guest = {.frames = every(k60Hz, {}, seconds(10)), .ring_after = milliseconds(3)}});
  EXPECT_LE(moving.median_us(), 300) << "polling is faster, and goes on";
}

TEST(Doorbell, AGuestThatIsStoppedBetweenFrameAndRingIsNotCaught) {
  World world{.guest = {.frames = every(milliseconds(120), {}, seconds(30)),
                        .ring_after = milliseconds(30)},
              .length = seconds(90),
              .measured_from = kStart + seconds(35)};
  const auto silent = simulate("stopped for 30 ms before each ring", world);
  EXPECT_EQ(silent.counters.misses, 0u);
  EXPECT_LE(silent.wakes_per_second, 0.1);
}

TEST(Doorbell, AGuestThatOnlyRingsIsNotListenedTo) {
  const auto outcome = simulate(
      "rings at 100 kHz", {.guest = {.rings_every = microseconds(10)}, .length = seconds(60)});
  EXPECT_LE(outcome.wakes_per_second, 80) << "an idle guest without a doorbell costs 67";
  const auto trusted =
      simulate("rings at 100 kHz between frames",
               {.guest = {.frames = every(k60Hz, {}, seconds(10)), .rings_every = microseconds(10)},
                .callback = milliseconds(12)});
  EXPECT_LE(trusted.wakes_per_second, 1000);
  EXPECT_LE(trusted.median_us(), 300);
}

TEST(Doorbell, RingsForNothingNowAndThenDoNoHarm) {
  const auto outcome = simulate("rings at 10 Hz", {.guest = {.rings_every = milliseconds(100)},
                                                   .length = seconds(60),
                                                   .measured_from = kStart + seconds(3)});
  EXPECT_LE(outcome.wakes_per_second, 11);
  EXPECT_EQ(outcome.counters.distrusts, 0u);
}

TEST(Doorbell, APointerThatIsDrawnCostsOneWakeUpARefresh) {
  const auto outcome = simulate("pointer at 1000/s, drawn",
                                {.guest = {.cursor = every(milliseconds(1), {}, seconds(10))},
                                 .callback = k60Hz - microseconds(300)});
  EXPECT_LE(outcome.wakes_per_second, 65);
}

TEST(Doorbell, APointerThatIsNotDrawnIsFoundAFewTimesARefresh) {
  const auto outcome = simulate(
      "pointer at 1000/s, not drawn",
      {.guest = {.cursor = every(milliseconds(1), {}, seconds(10))}, .pointer_drawn = false});
  EXPECT_LE(outcome.wakes_per_second, 300);
  const auto slow = simulate("pointer at 125/s, not drawn",
                             {.guest = {.cursor = every(milliseconds(8), {}, seconds(10))},
                              .pointer_drawn = false,
                              .measured_from = kStart + seconds(1)});
  EXPECT_LE(slow.wakes_per_second, 130);
  const auto hostile = simulate("pointer at 100000/s, not drawn",
                                {.guest = {.cursor = every(microseconds(10), {}, seconds(3))},
                                 .length = seconds(3),
                                 .pointer_drawn = false});
  EXPECT_LE(hostile.wakes_per_second, 1010);
}

TEST(Doorbell, FramesBesideAMovingPointerAreSeenAsSoonAsByPolling) {
  const auto outcome = simulate("frames and pointer, not drawn",
                                {.guest = {.frames = every(k60Hz, {}, seconds(10)),
                                           .cursor = every(milliseconds(1), {}, seconds(10))},
                                 .callback = milliseconds(12),
                                 .pointer_drawn = false,
                                 .measured_from = kStart + seconds(1)});
  EXPECT_LE(outcome.median_us(), 1100) << "of the newest news, which is the pointer";
  EXPECT_LE(outcome.wakes_per_second, 1200);
}

TEST(Doorbell, AHiddenPointerThatMovesIsNoNewsThatARingWasLostFor) {
  for (const int apart : {16, 25, 40}) {
    const auto outcome = simulate("frames and a hidden pointer",
                                  {.guest = {.frames = every(milliseconds(apart), {}, seconds(30)),
                                             .hidden = every(milliseconds(8), {}, seconds(30))},
                                   .length = seconds(30),
                                   .callback = milliseconds(12),
                                   .measured_from = kStart + seconds(1)});
    EXPECT_EQ(outcome.counters.misses, 0u) << apart << " ms";
    EXPECT_EQ(outcome.standing, Standing::Trusted) << apart << " ms";
    EXPECT_LE(outcome.median_us(), 25) << apart << " ms";
    EXPECT_LE(outcome.wakes_per_second, 2000.0 / apart + 2) << apart << " ms";
  }
}

TEST(Doorbell, AHiddenPointerIsFoundByWhomTheUserWakesAndThatIsNoMiss) {
  World world{.guest = {.frames = every(k60Hz, {}, seconds(1)),
                        .hidden = every(milliseconds(8), {}, seconds(30))},
              .length = seconds(30),
              .measured_from = kStart + seconds(2)};
  world.attention = every(milliseconds(11), seconds(2), seconds(30));
  const auto outcome = simulate("input at a static picture and a hidden pointer", world);
  EXPECT_EQ(outcome.counters.misses, 0u);
  EXPECT_EQ(outcome.standing, Standing::Trusted);
  EXPECT_LE(outcome.wakes_per_second, 92);
}

TEST(Doorbell, AHiddenPointerThatAGuestRingsForAllTheSameIsAnAnswer) {
  WaitLadder ladder;
  HostTime now = kStart;
  const WaitLadder::State state{.present = true, .rings = true};
  for (int i = 0; i < 20; ++i) {
    (void)ladder.next(now, state);
    now += milliseconds(8);
    ladder.on_wake(now, DoorbellTrust::Wake::Ring);
    ladder.on_look(now, {.hidden = true});
  }
  EXPECT_EQ(ladder.trust().counters().empty, 0u);
  EXPECT_EQ(ladder.trust().standing(), Standing::Trusted);
}

TEST(Doorbell, AttentionEndsTheLongSleepsOfAGuestThatIsNotKnown) {
  World world{
      .guest = {.frames = {kStart + milliseconds(30'400)}, .loses_one_of = 1, .repeats = false},
      .length = seconds(32)};
  for (int i = 0; i < 8; ++i) {
    world.attention.push_back(kStart + seconds(30) + milliseconds(250) * i);
  }
  EXPECT_LE(simulate("typing at a silent guest", world).max_ms(), 250);
}

}  // namespace
}  // namespace pierglass::pace
