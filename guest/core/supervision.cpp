// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/core/supervision.hpp"

namespace pierglass::guest {

void Supervision::on_new_configuration() {
  policy_.forget();
  replaced_ = running();
}

void Supervision::on_started(HostTime now, SessionId session) {
  policy_.on_started(now);
  running_in_ = session;
  asked_.reset();
  killed_ = false;
  replaced_ = false;
}

void Supervision::on_not_started(HostTime now) {
  policy_.on_started(now);
  policy_.on_ended(now, CaptureEnd::Failed);
}

void Supervision::on_ended(HostTime now, CaptureEnd end) {
  policy_.on_ended(now, asked_ ? CaptureEnd::Again : end);
  if (replaced_) policy_.forget();
  running_in_.reset();
}

bool Supervision::wanted() const {
  return !stopping_ && !replaced_ && console_ == running_in_;
}

Supervision::Step Supervision::next(HostTime now) {
  if (running()) return wanted() && !asked_ ? Step{} : end_running(now);
  if (stopping_) return {.action = Action::Finish};
  return start_another(now);
}

Supervision::Step Supervision::end_running(HostTime now) {
  if (!asked_) {
    asked_ = now;
    return {.action = Action::AskToEnd};
  }
  if (killed_) return {};
  if (now < *asked_ + kGrace) return {.until = *asked_ + kGrace};
  killed_ = true;
  return {.action = Action::Kill};
}

Supervision::Step Supervision::start_another(HostTime now) const {
  const std::optional<HostTime> start = policy_.next_start();
  if (!console_ || !start) return {};
  if (now < *start) return {.until = start};
  return {.action = Action::Start, .session = *console_};
}

}  // namespace pierglass::guest
