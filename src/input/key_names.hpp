// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "input/events.hpp"

namespace pierglass::input {

// One past the largest key code of Linux (KEY_CNT); keys from here on are nobody's.
inline constexpr KeyCode kKeyCount = 0x300;

// The keys that the program itself has to know.
namespace key {
inline constexpr KeyCode kLeftCtrl = 29;
inline constexpr KeyCode kLeftAlt = 56;
inline constexpr KeyCode kCapsLock = 58;
inline constexpr KeyCode kF1 = 59;  // to F10, without a gap
inline constexpr KeyCode kNumLock = 69;
inline constexpr KeyCode kScrollLock = 70;
inline constexpr KeyCode kF11 = 87;
inline constexpr KeyCode kF12 = 88;
inline constexpr KeyCode kRightCtrl = 97;
inline constexpr KeyCode kDelete = 111;

// F1 for 0, to F12 for 11.
constexpr KeyCode function(std::uint32_t number) {
  return number < 10 ? kF1 + number : kF11 + (number - 10);
}
}  // namespace key

constexpr bool is_lock_key(KeyCode code) {
  return code == key::kCapsLock || code == key::kNumLock || code == key::kScrollLock;
}

// The code of "KEY_RIGHTCTRL", "RIGHTCTRL" or "rightctrl".
std::optional<KeyCode> key_named(std::string_view name);
// "KEY_RIGHTCTRL"; empty for a key without a name. Static memory, as the following.
std::string_view key_name(KeyCode code);
// For people: "Right Ctrl", "F"; empty for a key without a name.
std::string_view key_label(KeyCode code);

}  // namespace pierglass::input
