// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/clock.hpp"
#include "pace/arrival.hpp"
#include "pace/doorbell_trust.hpp"

namespace pierglass::pace {

// Why the present thread sleeps as long as it does; one counter each in the statistics.
enum class Rung : std::uint8_t {
  Absent,    // nobody publishes: look for a guest now and then
  Blocked,   // nothing may be drawn yet: sleep until the compositor says so
  Coarse,    // a frame is predicted: sleep until shortly before
  Window,    // around the predicted moment: poll fast
  Search,    // things move without a pattern: poll steadily
  Cursor,    // the pointer moves
  Quiet,     // some activity within the last second
  Idle,      // none: poll slowly
  Unseen,    // nobody sees the window: answer the guest's rings, and not all of them
  Doorbell,  // the guest rings when there is news: sleep until then
};
inline constexpr std::size_t kRungs = 10;
const char* name(Rung rung);  // lower case, for statistics

// How to look for news in memory: by polling, and as far as the guest is trusted to ring by
// sleeping on its doorbell. Pure: the caller looks, reports what it found, asks for the next sleep,
// and sleeps that long or until woken (frame callback, input, configure, doorbell), whichever is
// first. One thread; never allocates.
//
//   look at newest frame and cursor → on_look() → upload, draw … → next() → sleep
//   → on_wake() if that was on the doorbell → look …
//
// While only the compositor can let the next picture be committed, a trusted guest's ring is waited
// for as well as its word: which of the two comes last is what there is to wake up for. Where the
// ring came first once, the word is waited for alone, until it comes first again.
class WaitLadder {
 public:
  static constexpr Nanoseconds kAbsentPoll = std::chrono::milliseconds(100);
  static constexpr Nanoseconds kBlockedPoll = std::chrono::milliseconds(100);
  static constexpr Nanoseconds kWindowPoll = std::chrono::microseconds(250);
  static constexpr Nanoseconds kSearchPoll = std::chrono::microseconds(500);
  static constexpr Nanoseconds kCursorPoll = std::chrono::milliseconds(1);
  static constexpr Nanoseconds kQuietPoll = std::chrono::milliseconds(2);
  static constexpr Nanoseconds kIdlePoll = std::chrono::milliseconds(15);

  static constexpr Nanoseconds kSearchFor = std::chrono::milliseconds(100);  // after frame or input
  static constexpr Nanoseconds kCursorFor = std::chrono::milliseconds(250);  // after a motion
  static constexpr Nanoseconds kIdleAfter = std::chrono::seconds(1);         // without any activity
  // Longest nap while a frame is predicted: bounds the delay of one that nobody predicted.
  static constexpr Nanoseconds kCoarseNap = std::chrono::milliseconds(4);
  // Window polls begin this much before a window and end this much after: covers a late timer.
  static constexpr Nanoseconds kLead = std::chrono::microseconds(200);
  // A pointer that moves and is found alone again and again so soon is no reason to draw, or it
  // would be found once a frame callback. Then the doorbell is not for it: a wake-up a move is as
  // dear as polling. It is looked for as often as frames are expected, at least after the second.
  static constexpr Nanoseconds kCursorHurry = std::chrono::milliseconds(5);
  static constexpr Nanoseconds kCursorNap = std::chrono::milliseconds(4);
  // While nobody sees the window: so long after a ring the next one is not waited for.
  static constexpr Nanoseconds kUnseenPause = std::chrono::milliseconds(250);

  // An arrival is trusted when the look before it was at most this long ago.
  static constexpr Nanoseconds kTrustedGap = std::chrono::microseconds(1250);

  struct State {
    bool present = false;     // a guest publishes: attached, heartbeat fresh
    bool blocked = false;     // PresentGate::blocked(): a picture could not be committed now
    bool until_told = false;  // blocked, and only the compositor can end it
    bool rings = false;       // the guest says that it rings, and there is a doorbell to wait for
    bool unseen = false;      // rings, and news is not even looked for: the window is not seen
  };
  struct Plan {
    Rung rung;
    Nanoseconds sleep;         // at most; always > 0
    bool on_doorbell = false;  // tell the guest that we sleep, and wait for the doorbell as well
  };
  struct Counters {
    std::array<std::uint64_t, kRungs> sleeps{};
    std::array<Nanoseconds, kRungs> time{};  // planned
    std::uint64_t looks = 0;
    std::uint64_t frames = 0;
    std::uint64_t early = 0;  // frames that came while their prediction let us sleep
  };

  struct Found {
    bool hidden = false;   // of a pointer that nobody sees: a ring may be for it, but need not come
    bool frame = false;    // a newer one
    bool cursor = false;   // moved, changed or hidden
    bool skipped = false;  // the frame is not the next after the one found before
  };

  // A sleep on the doorbell ended.
  void on_wake(HostTime now, DoorbellTrust::Wake wake);
  // The source refused to be slept on: there is news already.
  void on_refusal() { refused_ = true; }
  // A ring came while nobody slept.
  void on_late_ring() { trust_.on_late_ring(); }
  // The memory was looked at, at `now`, and this was new.
  void on_look(HostTime now, Found found);
  // The user typed or moved the mouse: the guest is likely to answer soon.
  void on_input(HostTime now) { last_input_ = now; }
  // The user turned to the guest: whether it rings well is looked at again, if that is not known.
  void on_attention(HostTime now) { trust_.on_attention(now); }
  // The guest went away or began again: forgets the cadence, and how well it rings.
  void on_source_change();
  // Rings come another way from now on: forgets how well they came.
  void on_doorbell_change() { trust_.reset(); }

  [[nodiscard]] Plan next(HostTime now, State state);

  [[nodiscard]] const Counters& counters() const { return counters_; }
  [[nodiscard]] const ArrivalPredictor& predictor() const { return predictor_; }
  [[nodiscard]] const DoorbellTrust& trust() const { return trust_; }

 private:
  void on_frame(HostTime now);
  [[nodiscard]] Plan choose(HostTime now, State state);
  [[nodiscard]] bool waits_for_word(State state);
  [[nodiscard]] Plan unseen(HostTime now) const;
  [[nodiscard]] Plan polling(HostTime now) const;
  [[nodiscard]] Plan for_frames(HostTime now) const;
  [[nodiscard]] std::optional<Nanoseconds> until_window_ends(HostTime now) const;

  ArrivalPredictor predictor_;
  DoorbellTrust trust_;
  // Before any host time, yet far enough from the type's limit to be subtracted.
  static constexpr HostTime kNever{-std::chrono::hours(1)};

  HostTime last_frame_ = kNever;
  HostTime last_cursor_ = kNever;
  HostTime last_told_ = kNever;  // that, or something hidden that was rung for
  HostTime last_input_ = kNever;
  HostTime last_look_ = kNever;
  HostTime last_ring_ = kNever;
  bool rung_ = false;        // and not looked since
  bool refused_ = false;     // to be slept on, and not looked since
  bool ring_first_ = false;  // the last one came before the compositor's word
  bool hurried_ = false;     // by the pointer: see kCursorHurry
  Rung last_rung_ = Rung::Absent;
  HostTime last_wake_ = kNever;  // planned
  Counters counters_;
};

}  // namespace pierglass::pace
