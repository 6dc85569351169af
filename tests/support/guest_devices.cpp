// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/guest_devices.hpp"

#include <cstdio>

namespace pierglass::test {
namespace {

constexpr std::uint8_t kExtended = 0xE0;
constexpr std::uint8_t kPause = 0xE1;
constexpr std::uint8_t kBreak = 0x80;

std::string hexadecimal(std::uint32_t number) {
  char text[16];
  std::snprintf(text, sizeof text, "%02x", number);
  return text;
}

}  // namespace

void GuestDevices::scan(std::uint8_t byte) {
  if (skip_ > 0) {
    --skip_;
  } else if (byte == kExtended) {
    prefix_ = std::uint32_t{byte} << 8;
  } else if (byte == kPause) {
    skip_ = 2;
  } else {
    key(prefix_ | (byte & ~kBreak & 0xffU), (byte & kBreak) == 0);
    prefix_ = 0;
  }
}

void GuestDevices::key(std::uint32_t code, bool down) {
  if (down) ++presses;
  const bool fits = down ? keys.insert(code).second : keys.erase(code) == 1;
  if (fits || !wrong.empty()) return;
  wrong =
      "key " + hexadecimal(code) + (down ? " is pressed twice" : " is released, but was not down");
}

void GuestDevices::set_buttons(std::uint32_t mask) {
  if ((mask & ~buttons) != 0) ++presses;
  buttons = mask;
}

std::string GuestDevices::pressed() const {
  std::string text;
  for (const std::uint32_t code : keys) text += hexadecimal(code) + " ";
  return text + "buttons " + hexadecimal(buttons);
}

}  // namespace pierglass::test
