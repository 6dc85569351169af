// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <bitset>

#include "input/events.hpp"
#include "input/guest.hpp"
#include "input/key_names.hpp"

namespace pierglass::input {

// What the guest believes pressed, so that nothing is pressed twice and all of it can be released.
// Keys are below kKeyCount.
class Ledger {
 public:
  // True when it was not pressed and now counts as pressed.
  [[nodiscard]] bool press(KeyCode key);
  [[nodiscard]] bool press(Button button);
  // True when it was pressed.
  [[nodiscard]] bool release(KeyCode key);
  [[nodiscard]] bool release(Button button);

  [[nodiscard]] bool pressed(KeyCode key) const { return keys_.test(key); }
  [[nodiscard]] bool empty() const { return keys_.none() && buttons_.none(); }

  // Releases in the guest whatever is pressed, buttons first.
  void release_all(Guest& guest);
  void release_buttons(Guest& guest);
  // A new or lost connection: the guest's side has let go by itself.
  void forget();

 private:
  std::bitset<kKeyCount> keys_;
  std::bitset<kButtonCount> buttons_;
};

}  // namespace pierglass::input
