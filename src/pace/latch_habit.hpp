// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <string_view>

namespace pierglass::pace {

// What a compositor does with a second commit before the screen's next picture.
enum class Habit : std::uint8_t {
  NewestWins,  // shows it instead of the first, if it was not too late
  FirstWins,   // it has begun with the first; the second waits one refresh longer
};

// A first guess by the name of the compositor's program ("sway"): those built on wlroots draw as
// soon as the screen can take something, all others shortly before its next picture.
Habit habit_of_program(std::string_view program);

// Learns it: guesses at first, and believes what it sees. Once all commits are single ones nothing
// contradicts any more, so now and then it asks for a trial, in which there may be two again; each
// trial in vain makes the next one rarer. One thread.
class HabitWatch {
 public:
  static constexpr int kWitnesses = 3;  // in a row, that turn the opinion
  // So many seconds, more often than each fifth, that may have been too late for their turn anyway:
  // either they were, or each is a refresh late since the one before it was. Single commits tell.
  static constexpr int kShorts = 32;
  static constexpr int kShortWeight = 4;
  static constexpr int kTrialAfter = 64;  // pictures on the glass without evidence
  static constexpr int kMaxTrialAfter = 1 << 15;
  static constexpr int kTrialLength = 30;

  explicit HabitWatch(Habit guess) : habit_(guess) {}

  // One more picture on the glass; the commit had another before it that was still under way, and
  // was shown at its own turn or a refresh late, with much time left or little; or had none.
  enum class Evidence : std::uint8_t { None, SecondInTime, SecondLate, SecondShort };
  void on_presented(Evidence evidence);

  [[nodiscard]] Habit habit() const { return habit_; }
  // Commit as if the newest won, to see whether it does.
  [[nodiscard]] bool trying() const { return trial_ > 0; }

 private:
  void count_down();
  void turn(Habit seen);
  void end_trial();

  Habit habit_;
  int against_ = 0;
  int shorts_ = 0;
  int trial_ = 0;  // pictures left
  int pause_ = kTrialAfter;
  int until_trial_ = kTrialAfter;
};

}  // namespace pierglass::pace
