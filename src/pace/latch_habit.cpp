// SPDX-License-Identifier: GPL-2.0-or-later
#include "pace/latch_habit.hpp"

#include <algorithm>
#include <array>

namespace pierglass::pace {

Habit habit_of_program(std::string_view program) {
  static constexpr std::array<std::string_view, 10> kFirstWins = {
      "sway",  "Hyprland", "hyprland", "wayfire", "river",
      "labwc", "cage",     "dwl",      "hikari",  "waybox"};
  const bool first = std::ranges::find(kFirstWins, program) != kFirstWins.end();
  return first ? Habit::FirstWins : Habit::NewestWins;
}

void HabitWatch::on_presented(Evidence evidence) {
  const bool short_of_time = evidence == Evidence::SecondShort;
  if (habit_ == Habit::NewestWins) {
    shorts_ = std::max(shorts_ + (short_of_time ? kShortWeight : -1), 0);
    if (shorts_ >= kShorts * kShortWeight) return turn(Habit::FirstWins);
    if (short_of_time) return;
  }
  if (evidence == Evidence::None) return count_down();
  const Habit seen = evidence == Evidence::SecondInTime ? Habit::NewestWins : Habit::FirstWins;
  if (seen == habit_) {
    against_ = 0;
    if (trial_ > 0) end_trial();
  } else if (++against_ >= kWitnesses) {
    turn(seen);
  }
}

void HabitWatch::turn(Habit seen) {
  habit_ = seen;
  against_ = 0;
  shorts_ = 0;
  trial_ = 0;
  until_trial_ = pause_;
}

void HabitWatch::end_trial() {
  trial_ = 0;
  pause_ = std::min(pause_ * 2, kMaxTrialAfter);
  until_trial_ = pause_;
}

void HabitWatch::count_down() {
  if (habit_ == Habit::NewestWins) return;
  if (trial_ > 0) {
    if (--trial_ == 0) end_trial();
  } else if (--until_trial_ <= 0) {
    trial_ = kTrialLength;
  }
}

}  // namespace pierglass::pace
