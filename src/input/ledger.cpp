// SPDX-License-Identifier: GPL-2.0-or-later
#include "input/ledger.hpp"

#include <utility>

namespace pierglass::input {
namespace {

template <std::size_t Count>
bool set(std::bitset<Count>& bits, std::size_t bit, bool value) {
  if (bits.test(bit) == value) return false;
  bits.set(bit, value);
  return true;
}

}  // namespace

bool Ledger::press(KeyCode key) {
  return set(keys_, key, true);
}

bool Ledger::press(Button button) {
  return set(buttons_, static_cast<std::size_t>(button), true);
}

bool Ledger::release(KeyCode key) {
  return set(keys_, key, false);
}

bool Ledger::release(Button button) {
  return set(buttons_, static_cast<std::size_t>(button), false);
}

// Forgotten first: the guest may report a lost connection from inside a call.
void Ledger::release_all(Guest& guest) {
  release_buttons(guest);
  const auto keys = std::exchange(keys_, {});
  if (keys.none()) return;
  for (KeyCode key = 0; key < kKeyCount; ++key) {
    if (keys.test(key)) guest.key(key, false);
  }
}

void Ledger::release_buttons(Guest& guest) {
  const auto buttons = std::exchange(buttons_, {});
  for (std::uint8_t button = 0; button < kButtonCount; ++button) {
    if (buttons.test(button)) guest.button(static_cast<Button>(button), false);
  }
}

void Ledger::forget() {
  keys_.reset();
  buttons_.reset();
}

}  // namespace pierglass::input
