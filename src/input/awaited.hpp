// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.hpp"

namespace pierglass::input {

// Something asked of the desktop that it may grant late, take back or never mention again. Waiting
// has an end only while the window has the focus: a question to the user takes it away.
class Awaited {
 public:
  static constexpr Nanoseconds kPatience = std::chrono::seconds(1);

  void ask(bool focused, HostTime now);
  void cancel();
  void grant();
  // Refused or taken back; final unless granted later.
  void refuse();
  // Taken back, but it may come again by itself.
  void lose(bool focused, HostTime now);
  // Focus: waiting begins anew, and stands still.
  void on_focus(HostTime now);
  void on_blur();

  [[nodiscard]] bool owed() const { return state_ == State::Waiting; }
  [[nodiscard]] bool granted() const { return state_ == State::Granted; }
  [[nodiscard]] bool refused() const { return state_ == State::Refused; }

  [[nodiscard]] std::optional<HostTime> deadline() const { return due_; }
  void on_time(HostTime now);

 private:
  enum class State : std::uint8_t { Idle, Waiting, Granted, Refused };
  void set(State state);

  State state_ = State::Idle;
  std::optional<HostTime> due_;  // when waiting ends
};

}  // namespace pierglass::input
