// SPDX-License-Identifier: GPL-2.0-or-later
//
// Ten minutes of a guest, the present thread and a compositor on a fake clock: how much later than
// the compositor could have shown it each frame is seen, and how many are not seen at all, by the
// policy that PresentPolicy finds and by frame callbacks.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iostream>
#include <memory>
#include <numeric>
#include <random>
#include <string_view>
#include <vector>

#include "pace/present_gate.hpp"
#include "tests/support/compositor_models.hpp"

namespace pierglass::pace {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using test::CompositorModel;
using test::ScreenEvent;
using Times = std::vector<HostTime>;

constexpr HostTime kStart{std::chrono::hours(1)};
constexpr Nanoseconds kLength = std::chrono::minutes(10);
constexpr Nanoseconds k60Hz{16'666'667};
constexpr Nanoseconds k144Hz{6'944'444};
constexpr Nanoseconds kDrawing = microseconds(400);  // copy and pass, 50 µs more or less
constexpr Nanoseconds kWaking = microseconds(20);    // and up to as much again

constexpr Nanoseconds kFastest = kWaking + microseconds(10) + kDrawing;

// When frames are ready: each up to 2 ms early or late.
Times guest(Nanoseconds period, Nanoseconds phase) {
  std::mt19937_64 random(11);
  Times times;
  constexpr Nanoseconds kJitter = milliseconds(2);
  for (Nanoseconds at = period * 2 + phase; at < kLength; at += period) {
    const auto range = static_cast<std::uint64_t>(2 * kJitter.count());
    times.push_back(kStart + at - kJitter + Nanoseconds(random() % range));
  }
  std::ranges::sort(times);
  return times;
}

// Two clients that are as fast and know everything. This one shows the newest frame that each
// picture can have: nobody shows any frame sooner. Of two that come in time for the same picture it
// leaves out the first.
Times best(const Times& frames, const CompositorModel& screen) {
  Times shown(frames.size());
  HostTime free;  // of a screen of variable rate
  for (std::size_t i = 0; i < frames.size();) {
    const HostTime turn = std::max(screen.soonest(frames[i] + kFastest), free);
    if (screen.variable()) free = turn + screen.refresh();
    for (; i < frames.size() && screen.soonest(frames[i] + kFastest) <= turn; ++i) shown[i] = turn;
  }
  return shown;
}

// This one leaves none out, whatever that costs: in order, each with the first picture that is not
// taken. At equal rates a frame that is a little late for its picture then holds up all that
// follow.
Times all_in_order(const Times& frames, const CompositorModel& screen) {
  Times shown(frames.size());
  HostTime free;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    shown[i] = std::max(screen.soonest(frames[i] + kFastest), free);
    free = shown[i] + screen.refresh();
  }
  return shown;
}

// best() for each frame in turn, if what was shown before it stays as it was: what a screen of
// variable rate does next depends on that.
Times best_after(const Times& frames, const Times& shown, const CompositorModel& screen) {
  Times best(frames.size());
  HostTime last;  // picture before the one that has frame i
  std::size_t first_after = 0;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    if (i > 0 && shown[i] != shown[i - 1]) last = shown[i - 1];
    const HostTime soonest = screen.soonest(frames[i] + kFastest);
    while (first_after < i && shown[first_after] < soonest) ++first_after;
    const bool missed = soonest <= last;  // it could have been in an earlier picture
    best[i] = missed ? shown[first_after] : std::max(soonest, last + screen.refresh());
  }
  return best;
}

std::size_t pictures(const Times& shown) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    if (i + 1 == shown.size() || shown[i + 1] != shown[i]) ++count;
  }
  return count;
}

double quantile_of(const std::vector<double>& sorted, double share) {
  return sorted[static_cast<std::size_t>(static_cast<double>(sorted.size() - 1) * share)];
}

// How much later, in refreshes, sorted.
std::vector<double> later(const Times& shown, const Times& than, Nanoseconds refresh) {
  std::vector<double> by;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    by.push_back(static_cast<double>((shown[i] - than[i]).count()) /
                 static_cast<double>(refresh.count()));
  }
  std::ranges::sort(by);
  return by;
}

struct Outcome {
  std::vector<double> added;     // latency over the newest-first one's, refreshes, sorted
  std::vector<double> over_all;  // over that of the one that shows all
  double possible = 0;           // pictures that a perfect client would have shown
  double seen = 0;
  Nanoseconds longest{};  // between two pictures
  Policy policy = Policy::Callback;
  Nanoseconds lead{};
  PresentPolicy::Counters counters;
  double asked = 0;  // share of the commits, for a callback

  [[nodiscard]] double median() const { return quantile_of(added, 0.5); }
  [[nodiscard]] double p99() const { return quantile_of(added, 0.99); }
  [[nodiscard]] double mean() const {
    return std::accumulate(added.begin(), added.end(), 0.0) / static_cast<double>(added.size());
  }
  [[nodiscard]] double dropped() const { return (possible - seen) / possible; }
  // Of all frames, also those that a newer one was there in time for.
  [[nodiscard]] double left_out() const { return 1 - seen / static_cast<double>(added.size()); }

  void add(const Outcome& other) {
    added.insert(added.end(), other.added.begin(), other.added.end());
    std::ranges::sort(added);
    possible += other.possible;
    seen += other.seen;
  }
};

class Simulation {
 public:
  // `waking`: so much later than it could each sleep ends, and up to as much again.
  Simulation(const Times& frames, CompositorModel& screen, PresentPolicy policy,
             Nanoseconds waking = kWaking)
      : frames_(frames), screen_(screen), gate_(policy), waking_(waking), shown_(frames.size()) {}

  void spare_callbacks() { gate_.spare_callbacks(); }

  Outcome run() {
    while (next_ < frames_.size()) {
      gate_.on_wake(now_);
      hear();
      look();
      draw();
      sleep();
    }
    return outcome();
  }

 private:
  void hear() {
    while (const auto event = screen_.hear(now_)) {
      switch (event->kind) {
        case ScreenEvent::Kind::Callback:
          gate_.on_callback(now_, next_ < frames_.size() && frames_[next_] <= now_);
          break;
        case ScreenEvent::Kind::Discarded:
          gate_.policy().on_discarded(now_, event->commit);
          break;
        case ScreenEvent::Kind::Presented:
          gate_.policy().on_presented(now_, {.commit = event->commit,
                                             .time = event->shown,
                                             .refresh = screen_.told_refresh(),
                                             .flags = Presented::kVsync});
          on_shown(*event);
      }
    }
  }

  void on_shown(const ScreenEvent& event) {
    const std::size_t frame = committed_[event.commit - 1];
    for (; seen_ <= frame; ++seen_) shown_[seen_] = event.shown;
  }

  void look() {
    if (gate_.blocked(now_)) return;
    while (next_ < frames_.size() && frames_[next_] <= now_) {
      ++next_;
      gate_.on_change();
    }
  }

  void draw() {
    const auto action = gate_.draw_now(now_);
    if (action == PresentGate::Draw::No) return;
    const HostTime began = now_;
    now_ += kDrawing - CompositorModel::kBlur + Nanoseconds(random_() % 100'000);
    committed_.push_back(next_ - 1);
    screen_.commit(now_, committed_.size(), action == PresentGate::Draw::WithCallback);
    if (action == PresentGate::Draw::WithCallback) ++asked_;
    gate_.drawn(began, now_, committed_.size());
  }

  void sleep() {
    HostTime wake = HostTime::max();
    const Nanoseconds closed = gate_.wait_until_open(now_);
    if (closed == Nanoseconds::zero()) {
      if (next_ < frames_.size()) wake = frames_[next_] + late();
    } else if (closed != Nanoseconds::max()) {
      wake = now_ + closed + late();
    }
    if (const auto heard = screen_.next_heard(wake)) wake = *heard + waking_ - kWaking;
    now_ = std::max(now_, wake);
  }

  Nanoseconds late() { return waking_ + Nanoseconds(random_() % 20'000); }

  Outcome outcome() {
    const Times best_shown = best(frames_, screen_);
    shown_.resize(seen_);
    const Times least =
        screen_.variable()
            ? best_after({frames_.begin(), frames_.begin() + static_cast<std::ptrdiff_t>(seen_)},
                         shown_, screen_)
            : best_shown;
    Outcome outcome;
    outcome.added = later(shown_, least, screen_.refresh());
    outcome.over_all = later(shown_, all_in_order(frames_, screen_), screen_.refresh());
    outcome.possible = static_cast<double>(pictures(best_shown));
    outcome.seen = static_cast<double>(pictures(shown_));
    for (std::size_t i = 1; i < seen_; ++i) {
      outcome.longest = std::max(outcome.longest, shown_[i] - shown_[i - 1]);
    }
    outcome.policy = gate_.policy().policy();
    outcome.lead = gate_.policy().lead();
    outcome.counters = gate_.policy().counters();
    outcome.asked = static_cast<double>(asked_) / static_cast<double>(committed_.size());
    return outcome;
  }

  const Times& frames_;
  CompositorModel& screen_;
  PresentGate gate_;
  Nanoseconds waking_;
  HostTime now_ = kStart;
  std::minstd_rand random_{5};
  std::size_t next_ = 0;                // frame that is not taken
  std::size_t seen_ = 0;                // frame that is not shown, nor a newer one
  std::vector<std::size_t> committed_;  // the frame of each commit
  std::size_t asked_ = 0;               // of those, with a callback
  Times shown_;
};

struct Compositor {
  const char* title;
  Habit guess;
  std::function<std::unique_ptr<CompositorModel>(Nanoseconds refresh)> make;
};

void PrintTo(const Compositor& compositor, std::ostream* out) {
  *out << compositor.title;
}

const Compositor kCompositors[] = {
    {"sway", Habit::FirstWins, [](Nanoseconds r) { return test::draws_at_once(r, 1); }},
    {"sway, not recognised", Habit::NewestWins,
     [](Nanoseconds r) { return test::draws_at_once(r, 1); }},
    {"sway, max_render_time 4", Habit::FirstWins,
     [](Nanoseconds r) { return test::draws_before_turn(r, milliseconds(4), 2); }},
    {"mutter", Habit::NewestWins,
     [](Nanoseconds r) { return test::draws_before_turn(r, milliseconds(3), 3); }},
    {"KWin", Habit::NewestWins,
     [](Nanoseconds r) { return test::draws_before_turn(r, microseconds(2500), 4); }},
    {"VRR", Habit::NewestWins, [](Nanoseconds r) { return test::follows_commits(r, true, 5); }},
    {"VRR, wp_presentation 1", Habit::FirstWins,
     [](Nanoseconds r) { return test::follows_commits(r, false, 6); }},
};

Outcome simulate(const Compositor& compositor, Nanoseconds refresh, const Times& frames,
                 PolicyChoice choice, Nanoseconds waking = kWaking) {
  const auto screen = compositor.make(refresh);
  const Outcome outcome =
      Simulation(frames, *screen, PresentPolicy(choice, compositor.guess), waking).run();
  std::cout << compositor.title << ": " << name(outcome.policy) << ", added " << outcome.median()
            << " (median) " << outcome.p99() << " (p99) " << outcome.mean()
            << " (mean) refreshes, dropped " << outcome.dropped() * 100 << " %, lead "
            << static_cast<double>(outcome.lead.count()) / 1e6 << " ms, late "
            << outcome.counters.late << " of " << outcome.counters.presented << ", over all "
            << quantile_of(outcome.over_all, 0.5) << " " << quantile_of(outcome.over_all, 0.99)
            << ", left out " << outcome.left_out() * 100 << " %\n";
  return outcome;
}

// As callbacks are waited for by who draws by processor.
Outcome simulate_sparing(const Compositor& compositor, const Times& frames) {
  const auto screen = compositor.make(k60Hz);
  Simulation simulation(frames, *screen, PresentPolicy(PolicyChoice::Callback, compositor.guess));
  simulation.spare_callbacks();
  Outcome outcome = simulation.run();
  std::cout << compositor.title << ", sparing: added " << outcome.median() << " (median) "
            << outcome.mean() << " (mean), dropped " << outcome.dropped() * 100 << " %, asked "
            << outcome.asked * 100 << " %\n";
  return outcome;
}

class Presenting : public testing::TestWithParam<Compositor> {
 protected:
  struct Both {
    Outcome found;      // by the policy that is found
    Outcome callbacks;  // by frame callbacks
  };
  static Both simulate_both(Nanoseconds refresh, Nanoseconds period, Nanoseconds phase,
                            Nanoseconds waking = kWaking) {
    const Times frames = guest(period, phase);
    return {simulate(GetParam(), refresh, frames, PolicyChoice::Auto, waking),
            simulate(GetParam(), refresh, frames, PolicyChoice::Callback, waking)};
  }
  static void expect_good(const Both& both) {
    const Outcome& found = both.found;
    EXPECT_LE(found.median(), 0.1);
    EXPECT_LE(found.p99(), 0.5);
    EXPECT_LE(found.dropped(), 0.001);
    EXPECT_LE(found.median(), both.callbacks.median() + kAlike);
    EXPECT_LE(found.mean(), both.callbacks.mean() + kAlike);
  }
  // A hundredth of a refresh: what a policy that watches the compositor pays to stay sure of it.
  static constexpr double kAlike = 0.01;
};

// Each phase for itself, and together: frames that come within their jitter of the latch itself are
// up to a tenth of their number a little too late for anybody whose timers are not exact.
TEST_P(Presenting, AtTheScreensRateEachFrameIsShownWithTheNextPicture) {
  Both all;
  for (int tenth = 0; tenth < 10; ++tenth) {
    const Both both = simulate_both(k60Hz, k60Hz, k60Hz * tenth / 10);
    EXPECT_LE(both.found.median(), 0.1) << "phase " << tenth;
    EXPECT_LE(both.found.mean(), 0.05) << "phase " << tenth;
    EXPECT_LE(both.found.mean(), both.callbacks.mean() + 3 * kAlike) << "phase " << tenth;
    EXPECT_LE(quantile_of(both.found.over_all, 0.5), 0.1) << "phase " << tenth;
    EXPECT_LE(quantile_of(both.found.over_all, 0.99), 0.5) << "phase " << tenth;
    EXPECT_LE(both.found.dropped(), 0.001) << "phase " << tenth;
    all.found.add(both.found);
    all.callbacks.add(both.callbacks);
  }
  expect_good(all);
}

TEST_P(Presenting, BesideTheScreensRateToo) {
  expect_good(simulate_both(k60Hz, k60Hz * 1001 / 1000, Nanoseconds(0)));
  const Both faster = simulate_both(k60Hz, k60Hz * 1000 / 1001, Nanoseconds(0));
  if (std::string_view(GetParam().title) != "VRR") return expect_good(faster);
  // A screen of variable rate that is always at its limit looks like one of fixed rate. Then frames
  // that miss their turn wait for the next one, which they need not.
  EXPECT_LE(faster.found.median(), 0.1);
  EXPECT_LE(faster.found.mean(), 0.15);
  EXPECT_LE(faster.found.mean(), faster.callbacks.mean());
}

TEST_P(Presenting, SlowerGuests) {
  expect_good(simulate_both(k60Hz, k60Hz * 2, milliseconds(5)));
  expect_good(simulate_both(k60Hz, Nanoseconds(21'000'000), Nanoseconds(0)));
  expect_good(simulate_both(k144Hz, k60Hz, Nanoseconds(0)));
}

TEST_P(Presenting, FasterGuests) {
  expect_good(simulate_both(k60Hz, k144Hz, Nanoseconds(0)));
  expect_good(simulate_both(k60Hz, Nanoseconds(4'166'667), Nanoseconds(0)));
  expect_good(simulate_both(k60Hz, Nanoseconds(13'000'000), Nanoseconds(0)));
}

// Doing without callbacks makes nothing later and drops nothing that could be seen. (Who waits for
// each shows some that a newer one was there in time for, and all others later.)
TEST_P(Presenting, CallbacksThatComeInTimeAnywayAreSpared) {
  double least = 1;
  for (const Nanoseconds period : {k60Hz, k60Hz * 1001 / 1000, k60Hz * 1000 / 1001, k60Hz * 2,
                                   Nanoseconds(21'000'000), k144Hz}) {
    for (int third = 0; third < 3; ++third) {
      const Times frames = guest(period, k60Hz * third / 3);
      const Outcome by_each = simulate(GetParam(), k60Hz, frames, PolicyChoice::Callback);
      const Outcome sparing = simulate_sparing(GetParam(), frames);
      EXPECT_LE(sparing.median(), by_each.median() + kAlike);
      EXPECT_LE(sparing.mean(), by_each.mean() + kAlike);
      EXPECT_LE(sparing.dropped(), std::max(by_each.dropped(), 0.0) + 0.001);
      least = std::min(least, sparing.asked);
    }
  }
  EXPECT_LE(least, 0.35);
}

// Processors that others use, or a quota: each sleep ends so late that what was planned for its end
// misses its turn.
TEST_P(Presenting, AThreadThatAlwaysWakesLate) {
  for (const Nanoseconds waking : {microseconds(1500), microseconds(4000)}) {
    for (const Nanoseconds period : {k60Hz, k60Hz * 1001 / 1000, k144Hz}) {
      const Both both = simulate_both(k60Hz, period, milliseconds(5), waking);
      EXPECT_LE(both.found.mean(), both.callbacks.mean() + kAlike);
      EXPECT_LE(both.found.dropped(), 0.001);
      // One turn that a late wake-up misses, and one that is given up for it.
      EXPECT_LE(both.found.longest, both.callbacks.longest + 2 * k60Hz) << "it stalls";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Compositors, Presenting, testing::ValuesIn(kCompositors));

}  // namespace
}  // namespace pierglass::pace
