// SPDX-License-Identifier: GPL-2.0-or-later
#include "pace/present_gate.hpp"

namespace pierglass::pace {

void PresentGate::on_change() {
  dirty_ = true;
  if (outstanding_) ++counters_.held_back;
}

void PresentGate::on_must_draw() {
  must_draw_ = true;
}

void PresentGate::on_callback(HostTime now) {
  if (!outstanding_) return;
  outstanding_ = false;
  turnaround_ = now - requested_;
  ++counters_.callbacks;
}

void PresentGate::on_surface_reset() {
  outstanding_ = false;
  dirty_ = true;
}

PresentGate::Draw PresentGate::draw_now() const {
  if (!dirty()) return Draw::No;
  if (!outstanding_) return Draw::WithCallback;
  return must_draw_ ? Draw::WithoutCallback : Draw::No;
}

void PresentGate::drawn(HostTime now) {
  ++counters_.draws;
  dirty_ = false;
  must_draw_ = false;
  if (outstanding_) {
    ++counters_.forced;
    return;
  }
  outstanding_ = true;
  requested_ = now;
}

}  // namespace pierglass::pace
