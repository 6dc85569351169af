// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.hpp"

namespace pierglass::input {

// Something asked of the desktop that it may grant late, take back or never mention again. Waiting
// counts as refusal after a while, but only while the window has the focus: a question to the user
// takes it away.
class Awaited {
 public:
  static constexpr Nanoseconds kPatience = std::chrono::seconds(1);

  // Asked for, or taken back and likely to come again by itself.
  void ask(bool focused, HostTime now);
  void cancel() { end(State::Idle); }
  void grant() { end(State::Granted); }
  // Final until granted or until the next focus.
  void refuse() { end(State::Refused); }

  // What is not granted is waited for anew.
  void on_focus(HostTime now);
  void on_blur() { due_.reset(); }

  // No answer yet.
  [[nodiscard]] bool owed() const { return state_ == State::Waiting; }
  [[nodiscard]] bool granted() const { return state_ == State::Granted; }
  [[nodiscard]] bool refused() const { return state_ == State::Refused; }

  [[nodiscard]] std::optional<HostTime> deadline() const { return due_; }
  void on_time(HostTime now);

 private:
  enum class State : std::uint8_t { Idle, Waiting, Granted, Refused };
  void end(State state);

  State state_ = State::Idle;
  std::optional<HostTime> due_;  // when waiting ends
};

}  // namespace pierglass::input
