// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/clock.hpp"
#include "pace/latch_habit.hpp"
#include "pace/latch_lead.hpp"
#include "pace/latch_predictor.hpp"

namespace pierglass::pace {

// When a commit is worth most. PresentGate asks; none of them queues pictures.
enum class Policy : std::uint8_t {
  Callback,  // after the compositor said that it is a good time
  Mailbox,   // at once: the newest wins until the compositor draws
  Late,      // once a refresh, as late as it is still shown with the next picture
  Variable,  // at once, but not sooner than the screen can show another
};
const char* name(Policy policy);  // lower case, for statistics

// What the user, or the way that pictures are drawn, allows.
enum class PolicyChoice : std::uint8_t {
  Auto,  // by what the compositor's presentation feedback shows
  Callback,
  Mailbox,
  Late,
  Variable,
};

// Chooses the policy and says when the next commit may be made. Everything that is not frame
// callbacks rests on presentation feedback: while there is none worth its name, and while drawing
// takes longer than half a refresh, it is Callback. Pure; one thread; never allocates.
//
//   earliest_commit() → (request feedback when wanted) → on_commit() …
//   on_presented()/on_discarded()
class PresentPolicy {
 public:
  static constexpr Nanoseconds kMinSpacing = std::chrono::milliseconds(1);
  // So many pictures must have been seen on the glass before anything rests on it.
  static constexpr std::uint32_t kProof = 4;
  // A compositor that says so often in a row that nothing was shown does not say what it shows;
  // it is asked again after the pause, and believed sooner.
  static constexpr std::uint32_t kMaxDiscards = 64;
  static constexpr std::uint32_t kMaxDiscardsAgain = 8;
  static constexpr Nanoseconds kAskAgain = std::chrono::seconds(5);
  // A commit whose feedback does not come within this is not waited for.
  static constexpr Nanoseconds kOverdue = std::chrono::milliseconds(100);
  static constexpr std::size_t kMaxUnderWay = 8;
  // Who wakes up late by no more than this commits all the same.
  static constexpr Nanoseconds kGrace = std::chrono::microseconds(300);

  struct Counters {
    std::uint64_t presented = 0;
    std::uint64_t late = 0;  // of those, a refresh or more after the commit's turn
    std::uint64_t discarded = 0;
    std::uint64_t scanned_out = 0;  // of the presented: without a copy by the compositor
    std::uint64_t torn = 0;         // of the presented: not at the screen's vertical blank
  };

  explicit PresentPolicy(PolicyChoice choice = PolicyChoice::Auto, Habit guess = Habit::NewestWins)
      : choice_(choice), habit_(guess) {}

  // Feedback is wanted for the counters, too.
  void watch() { watched_ = true; }

  // Pictures may be shown torn, from the next commit on: each is worth most at once, whatever the
  // choice, and when they are shown teaches nothing. A change forgets as on_surface_reset() does.
  void set_tearing(bool on);
  [[nodiscard]] bool tearing() const { return tearing_; }
  // Takes the place of another one in mid-run: tears as that did, and goes on with its counters.
  void succeed(const PresentPolicy& before);
  // The surface is mapped anew, perhaps on another screen: forgets what belongs to the old one.
  void on_surface_reset();
  // Drawing was begun with a look at what is new, and the commit made. `commit` numbers it; 0: no
  // feedback was requested.
  void on_commit(HostTime began, HostTime committed, std::uint64_t commit);
  // What the compositor said at `now`. Unknown numbers and impossible times are ignored.
  void on_presented(HostTime now, const Presented& presented);
  void on_discarded(HostTime now, std::uint64_t commit);

  [[nodiscard]] Policy policy() const;
  // When a commit that shows what is new at `now` may be begun: `now`, or later. Only for other
  // policies than Callback.
  [[nodiscard]] HostTime earliest_commit(HostTime now) const;
  // Whoever sleeps until earliest_commit() says so,
  void on_wait(HostTime until) { waits_until_ = until; }
  // and that it is awake, for whatever reason: how late such sleeps end is learned, and who was
  // too late for its turn twice in a row commits all the same, or nothing would ever be shown.
  void on_wake(HostTime now);
  // Until when a picture must be there to be in time for the screen's next one, as far as that is
  // known at `now`: pictures are not handed over by callbacks, and the screen has a rate of its
  // own.
  [[nodiscard]] std::optional<HostTime> next_latch(HostTime now) const;
  // Whether the next commit's feedback is worth the asking.
  [[nodiscard]] bool wants_feedback(HostTime now) const;

  [[nodiscard]] Nanoseconds period() const { return predictor_.period(); }
  [[nodiscard]] Nanoseconds lead() const { return lead_.lead(); }
  [[nodiscard]] bool scanned_out() const { return scanned_out_; }  // the last presented was
  [[nodiscard]] const Counters& counters() const { return counters_; }

 private:
  struct UnderWay {
    std::uint64_t commit = 0;  // 0: free
    HostTime committed;
    bool second = false;  // another one was under way, as far as is known
  };

  [[nodiscard]] Policy by_feedback() const;
  [[nodiscard]] HostTime earliest_late(HostTime now) const;
  [[nodiscard]] bool waited_for(HostTime now) const;
  [[nodiscard]] HostTime earliest_variable(HostTime now) const;
  [[nodiscard]] HostTime turn_after(HostTime now) const;
  [[nodiscard]] const UnderWay* newest_under_way(HostTime now) const;
  void learn(const UnderWay& commit, const LatchPredictor& before, HostTime shown);
  void learn_fixed(const UnderWay& commit, const LatchPredictor& before, HostTime shown);
  void learn_variable(const UnderWay& commit, HostTime before, HostTime shown);
  void count(const Presented& presented);
  UnderWay* find(std::uint64_t commit);

  PolicyChoice choice_;
  bool watched_ = false;
  bool tearing_ = false;
  HabitWatch habit_;
  LatchPredictor predictor_;
  LatchLead lead_;
  Nanoseconds lead_period_{};  // that lead_ was learned for
  Nanoseconds drawing_{};      // what it takes, rather more
  Nanoseconds typical_drawing_{};
  Nanoseconds spacing_{};    // of commits, on average
  Nanoseconds oversleep_{};  // past the end of a wait, rather more
  std::optional<HostTime> waits_until_;
  HostTime waited_until_{-std::chrono::hours(1)};  // the last wait that came to its end
  HostTime woke_{-std::chrono::hours(1)};          // when it did
  int turns_missed_ = 0;                           // by waits in a row
  std::array<UnderWay, kMaxUnderWay> under_way_{};
  HostTime last_commit_{-std::chrono::hours(1)};
  std::uint32_t proof_ = 0;     // pictures seen on the glass
  std::uint32_t discards_ = 0;  // in a row
  HostTime quiet_until_{-std::chrono::hours(1)};
  bool scanned_out_ = false;
  Counters counters_;
};

}  // namespace pierglass::pace
