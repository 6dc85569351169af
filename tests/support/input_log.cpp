// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/input_log.hpp"

#include <linux/input-event-codes.h>

#include <cstdio>
#include <stdexcept>

namespace pierglass::test {

using namespace std::chrono_literals;

void InputLog::fail(const std::string& what) {
  throw std::runtime_error("the guest's input log: " + what);
}

void InputLog::take(std::string_view line) {
  const std::string text(line);
  GuestEvent event{};
  unsigned number = 0;
  std::uint32_t code = 0;
  int at = 0;
  if (std::sscanf(text.c_str(), "event %u %hx %hx %d", &event.device, &event.type, &event.code,
                  &event.value) == 4) {
    take_event(event);
  } else if (std::sscanf(text.c_str(), "pressed %u %x", &number, &code) == 2) {
    asked_.pressed.insert(code);
  } else if (std::sscanf(text.c_str(), "lit %u %x", &number, &code) == 2) {
    asked_.lit.insert(code);
  } else if (std::sscanf(text.c_str(), "device %u %n", &number, &at) == 1) {
    devices_[number] = text.substr(static_cast<std::size_t>(at));
  } else if (text == "state") {
    ++answers_;
  } else if (text == "ready") {
    ready_ = true;
  } else {
    fail("it said: " + text);
  }
}

void InputLog::take_event(const GuestEvent& event) {
  if (event.type == EV_SYN && event.code == SYN_DROPPED) fail("its reader was too slow");
  if (event.type != EV_SYN && event.type != EV_MSC && event.type != EV_LED) {
    events_.push_back(event);
  }
}

GuestState InputLog::state() {
  asked_ = {};
  const unsigned before = answers_;
  socket_.send("?");
  if (!wait([&] { return answers_ != before; }, 10s)) fail("it does not answer");
  return asked_;
}

}  // namespace pierglass::test
