// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/core/look_planner.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <random>
#include <span>
#include <vector>

namespace pierglass::guest {
namespace {

using namespace std::chrono_literals;

constexpr HostTime kStart{1h};
constexpr Nanoseconds kLength = 60s;
constexpr Nanoseconds kLearned = 3s;
constexpr Nanoseconds k60Hz{16'666'667};

Nanoseconds up_to(std::mt19937_64& random, Nanoseconds most) {
  return Nanoseconds(
      static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(most.count())));
}

enum class Says : std::uint8_t { OnceARefresh, OnceAPicture };

// A client that takes the newest picture once a refresh, and then says when it will next: at each
// refresh, or only when there was a picture to take.
class Screen {
 public:
  Screen(Nanoseconds refresh, Nanoseconds phase, Says says) : refresh_(refresh), says_(says) {
    std::mt19937_64 random(3);
    for (Nanoseconds at = phase; at < kLength + 1s; at += refresh)
      latches_.push_back(kStart + at + up_to(random, 500us) - 250us);
    for (std::size_t i = 0; i + 1 < latches_.size(); ++i)
      said_.push_back(latches_[i] + 300us + up_to(random, 500us));
  }

  [[nodiscard]] ring::LatchNotes notes(HostTime now) const {
    ring::LatchNotes notes{};
    notes[2].token = 5;
    auto said = static_cast<std::size_t>(std::ranges::upper_bound(said_, now) - said_.begin());
    if (says_ == Says::OnceAPicture) {
      const auto seen = std::ranges::upper_bound(taken_, said, {}, [](auto i) { return i + 1; });
      said = seen == taken_.begin() ? 0 : *std::prev(seen) + 1;
    }
    if (said == 0) return notes;
    // As predicted: without the next one's own jitter.
    notes[2].serial = static_cast<std::uint32_t>(said);
    notes[2].in = latches_[said - 1] + refresh_ - said_[said - 1];
    return notes;
  }
  // It will show that picture.
  void take(std::size_t picture) {
    if (taken_.empty() || taken_.back() != picture) taken_.push_back(picture);
  }
  // Number of the picture that shows what is complete at `at`.
  [[nodiscard]] std::size_t shows(HostTime at) const {
    return static_cast<std::size_t>(std::ranges::lower_bound(latches_, at) - latches_.begin());
  }
  [[nodiscard]] HostTime latch(std::size_t picture) const { return latches_[picture]; }

 private:
  Nanoseconds refresh_;
  Says says_;
  std::vector<HostTime> latches_;
  std::vector<HostTime> said_;
  std::vector<std::size_t> taken_;
};

struct Outcome {
  std::vector<Nanoseconds> added;  // published to taken, of those that were; sorted
  std::size_t seen = 0;            // pictures with something new
  std::size_t looks = 0;
  std::size_t wakes = 0;
  // After kLearned:
  std::size_t later_looks = 0;
  std::size_t later_wakes = 0;

  [[nodiscard]] Nanoseconds median() const { return added[added.size() / 2]; }
  [[nodiscard]] double seen_share() const {
    return static_cast<double>(seen) / static_cast<double>(looks);
  }
};

// A guest that looks by itself, its work 1.5 to 3 ms a picture and each sleep a little too long.
Outcome play(Screen screen, std::uint32_t millihertz, bool follow) {
  std::mt19937_64 random(17);
  LookPlanner planner(follow);
  planner.set_rates(millihertz, 0);
  Outcome outcome;
  std::size_t last = SIZE_MAX;
  HostTime now = kStart;
  while (now < kStart + kLength) {
    const bool later = now >= kStart + kLearned;
    ++outcome.wakes;
    outcome.later_wakes += later ? 1 : 0;
    const HostTime due =
        planner.wants_latches() ? planner.due(now, screen.notes(now)) : planner.due(now);
    if (now < due) {
      now = planner.ask_again(now, due) + 20us + up_to(random, 200us);
      continue;
    }
    planner.looked(now);
    const Nanoseconds work = 1500us + up_to(random, 1500us);
    now += work;
    planner.published(work, {});
    ++outcome.looks;
    outcome.later_looks += later ? 1 : 0;
    const std::size_t picture = screen.shows(now);
    screen.take(picture);
    if (picture == last) outcome.added.pop_back();  // a newer one took its place
    outcome.added.push_back(screen.latch(picture) - now);
    last = picture;
  }
  outcome.seen = outcome.added.size();
  std::ranges::sort(outcome.added);
  return outcome;
}

struct Both {
  Outcome with;
  Outcome without;
};

Both compare(Nanoseconds refresh, Nanoseconds phase, std::uint32_t millihertz,
             Says says = Says::OnceARefresh) {
  const Screen screen(refresh, phase, says);
  return {.with = play(screen, millihertz, true), .without = play(screen, millihertz, false)};
}

constexpr int kPhases = 16;

TEST(LookPlanner, APictureIsReadyJustBeforeItIsTaken) {
  std::vector<Nanoseconds> with;
  std::vector<Nanoseconds> without;
  for (int phase = 0; phase < kPhases; ++phase) {
    const Both both = compare(k60Hz, k60Hz * phase / kPhases, 60'000);
    EXPECT_LE(both.with.median(), 3ms) << phase;
    // Rates are the same, so each picture can have one; the first are spent on learning.
    EXPECT_GE(both.with.seen + 4, both.with.looks) << phase;
    EXPECT_GE(both.with.seen + 4, both.without.seen) << phase;
    EXPECT_GE(both.with.looks + 2, both.without.looks) << "no look is left out";
    EXPECT_LE(both.with.wakes, both.with.looks * 4) << phase;
    with.insert(with.end(), both.with.added.begin(), both.with.added.end());
    without.insert(without.end(), both.without.added.begin(), both.without.added.end());
  }
  std::ranges::sort(with);
  std::ranges::sort(without);
  const Nanoseconds by = with[with.size() / 2];
  const Nanoseconds before = without[without.size() / 2];
  std::cout << "published to taken, median: " << before.count() / 1000 << " us without, "
            << by.count() / 1000 << " us with; longest " << without.back().count() / 1000 << " and "
            << with.back().count() / 1000 << " us\n";
  EXPECT_LE(by * 3, before);
}

struct Rates {
  const char* name;
  double screen;
  std::uint32_t millihertz;
  bool gains;  // the screen's refresh is longer than what a look should come before it
};
class LookPlannerRates : public testing::TestWithParam<Rates> {
 protected:
  // With a screen of each phase.
  static void expect_less_wait(std::span<const Both> phases) {
    Nanoseconds with{};
    Nanoseconds without{};
    for (const Both& both : phases) {
      with += both.with.median();
      without += both.without.median();
    }
    if (GetParam().gains) {
      EXPECT_LE(with * 3, without * 2);
    }
  }
};
INSTANTIATE_TEST_SUITE_P(, LookPlannerRates,
                         testing::Values(Rates{"LittleSlower", 59.94, 60'000, true},
                                         Rates{"LittleFaster", 60.06, 60'000, true},
                                         Rates{"AQuarterFaster", 75, 60'000, true},
                                         Rates{"FastScreen", 144, 60'000, true},
                                         Rates{"HalfRate", 60, 30'000, true},
                                         Rates{"FastGuest", 60, 144'000, true},
                                         Rates{"Film", 60, 24'000, true},
                                         Rates{"Television", 60, 25'000, true},
                                         Rates{"VeryFastScreen", 240, 60'000, false},
                                         Rates{"NearlyTwice", 125, 60'000, true}),
                         [](const auto& one) { return one.param.name; });

TEST_P(LookPlannerRates, NeverFewerPicturesAndNeverLater) {
  const auto refresh = Nanoseconds(static_cast<std::int64_t>(1e9 / GetParam().screen));
  std::vector<Both> phases;
  for (int phase = 0; phase < 5; ++phase) {
    const Both& both =
        phases.emplace_back(compare(refresh, refresh * phase / 5, GetParam().millihertz));
    std::cout << GetParam().name << ": median " << both.without.median().count() / 1000
              << " us without, " << both.with.median().count() / 1000 << " us with; "
              << both.without.seen << " of " << both.without.looks << " seen without, "
              << both.with.seen << " of " << both.with.looks << " with\n";
    EXPECT_GE(both.with.seen + 10, both.without.seen) << phase;
    EXPECT_LE(both.with.median(), both.without.median() + 2ms) << phase;
    EXPECT_LE(both.with.looks, both.without.looks + both.without.looks / 50) << "by the rate";
  }
  expect_less_wait(phases);
}

// A screen's refreshes are learned from pictures that come at another rate.
TEST_P(LookPlannerRates, WhoSaysSomethingOnlyOncePerPictureIsFollowedWithFewLooks) {
  const auto refresh = Nanoseconds(static_cast<std::int64_t>(1e9 / GetParam().screen));
  std::vector<Both> phases;
  for (int phase = 0; phase < 5; ++phase) {
    const Both& both = phases.emplace_back(
        compare(refresh, refresh * phase / 5, GetParam().millihertz, Says::OnceAPicture));
    const double wakes = static_cast<double>(both.with.later_wakes);
    std::cout << GetParam().name << ": median " << both.without.median().count() / 1000
              << " us without, " << both.with.median().count() / 1000 << " us with; "
              << wakes / static_cast<double>(both.with.later_looks) << " wakes a picture; "
              << both.without.seen << " of " << both.without.looks << " seen without, "
              << both.with.seen << " of " << both.with.looks << " with\n";
    EXPECT_LE(both.with.later_wakes, both.with.later_looks * 5) << phase;
    EXPECT_GE(both.with.seen + 10, both.without.seen) << phase;
    EXPECT_LE(both.with.median(), both.without.median() + 2ms) << phase;
    EXPECT_LE(both.with.looks, both.without.looks + both.without.looks / 50) << "by the rate";
  }
  expect_less_wait(phases);
}

// Pictures at moments that no screen has.
TEST(LookPlanner, WhoHasNoRefreshCostsFewLooks) {
  std::mt19937_64 random(31);
  LookPlanner planner(true);
  planner.set_rates(60'000, 0);
  ring::LatchNotes notes{};
  notes[1].token = 4;
  HostTime now = kStart;
  HostTime says = now;
  int wakes = 0;
  int looks = 0;
  while (now < kStart + kLength) {
    if (now >= says) {
      ++notes[1].serial;
      notes[1].in = 3ms + up_to(random, 40ms);
      says = now + 10ms + up_to(random, 20ms);
    }
    ++wakes;
    const HostTime due = planner.wants_latches() ? planner.due(now, notes) : planner.due(now);
    if (now < due) {
      now = planner.ask_again(now, due) + 50us;
      continue;
    }
    planner.looked(now);
    now += 2ms;
    planner.published(2ms, {});
    ++looks;
  }
  std::cout << static_cast<double>(wakes) / looks << " wakes a picture\n";
  EXPECT_LE(wakes, looks * 6);
}

TEST(LookPlanner, WithoutALatchLooksAreThePacers) {
  LookPlanner planner(true);
  Pacer pacer;
  std::mt19937_64 random(23);
  HostTime now = kStart;
  for (const std::uint32_t rate : {60'000u, 30'000u, 144'000u}) {
    planner.set_rates(rate, 0);
    pacer.set_rates(rate, 0);
    for (int i = 0; i < 1000; ++i) {
      ASSERT_EQ(planner.due(now, {}), pacer.due(now));
      now = std::max(now, pacer.due(now)) + up_to(random, 30ms);
      ASSERT_EQ(planner.ask_again(now, now + 1s), now + 1s);
      planner.looked(now);
      pacer.looked(now);
      planner.published(up_to(random, 5ms), {});
    }
  }
}

TEST(LookPlanner, WhatComesAsFastAsItCanIsNotHeldBack) {
  LookPlanner planner(true);
  planner.set_rates(0, 0);
  EXPECT_FALSE(planner.wants_latches());
  planner.set_rates(0, 60'000);
  EXPECT_TRUE(planner.wants_latches());
  planner.published(1ms, 5ms);
  EXPECT_FALSE(planner.wants_latches()) << "the screen is what it waited for, not the rate";
  planner.published(1ms, 0ms);
  EXPECT_TRUE(planner.wants_latches());
}

// One that looked at the beginning, with work of a millisecond, and readers that have said nothing.
class PlannedLook : public testing::Test {
 protected:
  PlannedLook() {
    notes_[0].token = 1;
    planner_.set_rates(60'000, 0);
    (void)due(0ms);
    planner_.looked(kStart);
    planner_.published(1ms, {});
  }
  HostTime due(Nanoseconds at) { return planner_.due(kStart + at, notes_); }
  // A latch, said right after the last time it was asked.
  void say(Nanoseconds in) {
    ++notes_[0].serial;
    notes_[0].in = in;
  }
  // How long before a latch the next look is.
  Nanoseconds lead(Nanoseconds at) {
    (void)due(at - 1us);
    say(14ms);
    return kStart + at - 1us + 14ms - due(at);
  }

  LookPlanner planner_{true};
  ring::LatchNotes notes_{};
};

TEST_F(PlannedLook, WakingLateForItIsWork) {
  (void)due(7ms);
  say(9ms);
  ASSERT_EQ(due(7ms + 1us), kStart + 16ms - 2ms);
  ASSERT_LE(due(15ms + 500us), kStart + 15ms + 500us);
  planner_.looked(kStart + 15ms + 500us);
  planner_.published(1ms, {});
  EXPECT_EQ(lead(20ms), 1ms + 1500us + LookPlanner::kMargin);
}

TEST_F(PlannedLook, WhatWasHeardOfTooLateIsNoWork) {
  (void)due(15ms);
  say(500us);
  ASSERT_EQ(due(15ms + 1us), kStart + 15ms + 500us - 2ms) << "it is past already";
  planner_.looked(kStart + 15ms + 1us);
  planner_.published(1ms, {});
  EXPECT_EQ(lead(20ms), 1ms + LookPlanner::kMargin);
}

TEST_F(PlannedLook, APlanOfAnotherRateDoesNotCount) {
  (void)due(7ms);
  say(9ms);
  ASSERT_EQ(due(7ms + 1us), kStart + 14ms);
  planner_.set_rates(0, 0);
  ASSERT_FALSE(planner_.wants_latches());
  ASSERT_EQ(planner_.due(kStart + 8ms), kStart + 1ms);
  planner_.looked(kStart + 8ms);
  EXPECT_EQ(planner_.due(kStart + 8ms), kStart + 9ms) << "as a Pacer's";
}

TEST(LookPlanner, CanBeSwitchedOff) {
  LookPlanner planner(false);
  planner.set_rates(60'000, 0);
  EXPECT_FALSE(planner.wants_latches());
}

// Whatever a reader says: never later than seven eighths of an interval, and by the rate.
TEST(LookPlanner, NonsenseHoldsNothingUpForLong) {
  std::mt19937_64 random(29);
  LookPlanner planner(true);
  planner.set_rates(60'000, 0);
  ring::LatchNotes notes{};
  HostTime now = kStart;
  HostTime last = now;
  int looks = 0;
  for (int wakes = 0; now < kStart + kLength; ++wakes) {
    ASSERT_LT(wakes, 200'000) << "it does not sleep";
    notes[0] = {.token = 1,
                .serial = static_cast<std::uint32_t>(random()),
                .in = up_to(random, ring::LatchNote::kLongest)};
    const HostTime due = planner.due(now, notes);
    if (now < due) {
      now = planner.ask_again(now, due);
      continue;
    }
    ASSERT_LE(now - last, 2 * k60Hz);
    last = now;
    planner.looked(now);
    planner.published(2ms, {});
    now += 2ms;
    ++looks;
  }
  EXPECT_GE(looks, 30 * 60);
  EXPECT_LE(looks, 61 * 60);
}

}  // namespace
}  // namespace pierglass::guest
