// SPDX-License-Identifier: GPL-2.0-or-later
#include "input/hotkey.hpp"

#include <utility>

namespace pierglass::input {

Hotkey::Verdict Hotkey::on_key(KeyCode key, bool down, HostTime now) {
  if (key == bindings_.trigger()) return on_trigger(down, now);
  if (!down) {
    const bool ours = swallowed_.test(key);
    swallowed_.reset(key);
    return {.swallow = ours};
  }
  // Once more without a release: from a second keyboard.
  if (swallowed_.test(key)) return {.swallow = true};
  if (!held_) return {};
  alone_ = false;
  swallowed_.set(key);
  return {.swallow = true, .command = bindings_.command(key)};
}

Hotkey::Verdict Hotkey::on_trigger(bool down, HostTime now) {
  if (down) {
    if (!std::exchange(held_, true)) {
      alone_ = true;
      since_ = now;
    }
    return {.swallow = true};
  }
  const bool tapped = held_ && alone_ && now - since_ < kHold;
  held_ = false;
  alone_ = false;
  list_shown_ = false;
  if (!tapped) return {.swallow = true};
  return {.swallow = true, .command = Command::ToggleCapture};
}

void Hotkey::reset() {
  held_ = false;
  alone_ = false;
  list_shown_ = false;
  swallowed_.reset();
}

std::optional<HostTime> Hotkey::deadline() const {
  if (!alone_ || list_shown_) return std::nullopt;
  return since_ + kHold;
}

void Hotkey::on_time(HostTime now) {
  if (const auto due = deadline(); due && now >= *due) list_shown_ = true;
}

}  // namespace pierglass::input
