// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <set>
#include <string>

namespace pierglass::test {

// Keyboard and mouse of a virtual machine as its system sees them: knows what is down, and notices
// what no real ones do: the first such thing stands in `wrong`. One thread.
class GuestDevices {
 public:
  std::set<std::uint32_t> keys;  // scan codes that are down, as 0x1E or 0xE038
  std::uint32_t buttons = 0;     // mask
  std::uint64_t presses = 0;     // of keys and buttons, ever
  std::string wrong;

  // The next byte of the keyboard.
  void scan(std::uint8_t byte);
  // What is down on the mouse from now on.
  void set_buttons(std::uint32_t mask);

  // What a SPICE server does when its client goes: the keys, but not the buttons.
  void release_keys() { keys.clear(); }

  [[nodiscard]] bool nothing_pressed() const { return keys.empty() && buttons == 0; }
  // "1e e038 buttons 1", for messages.
  [[nodiscard]] std::string pressed() const;

 private:
  void key(std::uint32_t code, bool down);

  std::uint32_t prefix_ = 0;
  int skip_ = 0;  // bytes of Pause, which has no release of its own
};

}  // namespace pierglass::test
