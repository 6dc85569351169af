// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <bitset>
#include <optional>

#include "base/clock.hpp"
#include "input/bindings.hpp"

namespace pierglass::input {

// The trigger key: tapped alone it toggles capture, held alone it shows the list of chords,
// together with another key it gives a command. Neither it nor those keys are for the guest.
class Hotkey {
 public:
  static constexpr Nanoseconds kHold = std::chrono::milliseconds(500);

  explicit Hotkey(const Bindings& bindings) : bindings_(bindings) {}

  struct Verdict {
    bool swallow = false;            // the event is not for the guest
    std::optional<Command> command;  // to be performed
  };
  // Each key event of the focused window. Keys are below kKeyCount.
  Verdict on_key(KeyCode key, bool down, HostTime now);
  // A button or the wheel: what the trigger does now is no tap.
  void on_other_use() { alone_ = false; }
  // The window lost the keyboard: the trigger and swallowed keys come up elsewhere.
  void reset();

  // When the list has to be shown, if the trigger stays down alone.
  [[nodiscard]] std::optional<HostTime> deadline() const;
  void on_time(HostTime now);
  [[nodiscard]] bool list_shown() const { return list_shown_; }

 private:
  Verdict on_trigger(bool down, HostTime now);

  const Bindings& bindings_;
  bool held_ = false;
  bool alone_ = false;  // since it was pressed
  bool list_shown_ = false;
  HostTime since_;
  std::bitset<kKeyCount> swallowed_;  // pressed while it was held; their release is ours as well
};

}  // namespace pierglass::input
