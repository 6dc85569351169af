// SPDX-License-Identifier: GPL-2.0-or-later
#include "pace/present_gate.hpp"

namespace pierglass::pace {

void PresentGate::on_change() {
  dirty_ = true;
  if (outstanding_ && policy_.policy() == Policy::Callback) ++counters_.held_back;
}

void PresentGate::on_must_draw() {
  must_draw_ = true;
}

void PresentGate::on_callback(HostTime now, bool awaited) {
  if (!outstanding_) return;
  thrift_.on_callback(awaited || dirty());
  outstanding_ = false;
  turnaround_ = now - requested_;
  ++counters_.callbacks;
}

void PresentGate::on_surface_reset() {
  outstanding_ = false;
  requested_ = HostTime(-std::chrono::hours(1));
  thrift_ = {};
  dirty_ = true;
  policy_.on_surface_reset();
}

PresentGate::Draw PresentGate::draw_now(HostTime now) const {
  if (!dirty() || blocked(now)) return Draw::No;
  return needs_callback(now) ? Draw::WithCallback : Draw::WithoutCallback;
}

bool PresentGate::needs_callback(HostTime now) const {
  if (outstanding_) return false;
  if (now - requested_ >= kCallbackDue) return true;
  return policy_.policy() == Policy::Callback && !(thrifty_ && thrift_.spares(now));
}

Nanoseconds PresentGate::until_open(HostTime now) const {
  if (must_draw_) return {};
  const bool by_callback = policy_.policy() == Policy::Callback;
  const bool waits = by_callback || now - requested_ >= kCallbackDue;
  if (outstanding_ && waits) return Nanoseconds::max();
  return by_callback ? Nanoseconds::zero() : policy_.earliest_commit(now) - now;
}

Nanoseconds PresentGate::wait_until_open(HostTime now) {
  const Nanoseconds closed = until_open(now);
  const bool by_clock = closed > Nanoseconds::zero() && closed != Nanoseconds::max();
  if (by_clock) policy_.on_wait(now + closed);
  return closed;
}

void PresentGate::drawn(HostTime began, HostTime committed, std::uint64_t commit) {
  const bool requested = needs_callback(began);
  policy_.on_commit(began, committed, commit);
  thrift_.on_commit(began);
  ++counters_.draws;
  dirty_ = false;
  must_draw_ = false;
  if (outstanding_) {
    ++counters_.forced;
    return;
  }
  if (!requested) return;
  outstanding_ = true;
  requested_ = began;
}

}  // namespace pierglass::pace
