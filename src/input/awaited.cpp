// SPDX-License-Identifier: GPL-2.0-or-later
#include "input/awaited.hpp"

namespace pierglass::input {

void Awaited::ask(bool focused, HostTime now) {
  state_ = State::Waiting;
  due_.reset();
  if (focused) due_ = now + kPatience;
}

void Awaited::end(State state) {
  state_ = state;
  due_.reset();
}

void Awaited::on_focus(HostTime now) {
  if (state_ == State::Waiting || state_ == State::Refused) ask(true, now);
}

void Awaited::on_time(HostTime now) {
  if (due_ && now >= *due_) refuse();
}

}  // namespace pierglass::input
