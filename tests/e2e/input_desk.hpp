// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/e2e/desk.hpp"
#include "tests/support/injector.hpp"
#include "tests/support/qemu.hpp"

namespace pierglass::test {

// A picture of the emulated screen's size, for that is what QEMU counts a tablet's places in.
inline constexpr Size kInputScreen{720, 400};

// How far a mouse moved.
struct Way {
  std::int64_t x = 0;
  std::int64_t y = 0;
  friend bool operator==(const Way&, const Way&) = default;
};

// A button or a notch of the wheel, and how far the mouse moved since the one before.
struct MouseStep {
  Way before;
  std::uint16_t type;  // EV_KEY or EV_REL
  std::uint16_t code;
  std::int32_t value;
  friend bool operator==(const MouseStep&, const MouseStep&) = default;
};

// Everything that the guest's mice said, in order.
struct MouseStory {
  std::vector<MouseStep> steps;
  Way after;  // the last step
  friend bool operator==(const MouseStory&, const MouseStory&) = default;
};

struct KeyStep {
  std::uint32_t key;
  std::int32_t value;  // 1 down, 0 up, 2 a repeat
  friend bool operator==(const KeyStep&, const KeyStep&) = default;
};

// From the keyboards' and from the mice's events; the rest is skipped.
std::vector<KeyStep> key_story(const std::vector<GuestEvent>& events);
MouseStory mouse_story(const std::vector<GuestEvent>& events);

std::vector<KeyStep> tapped(std::uint32_t key);

// Sway with keyboard and mouse, a picture, a machine in QEMU, and a client between them.
class InputDesk {
 public:
  explicit InputDesk(Machine machine = {});

  Desk& desk() { return desk_; }
  Injector& injector() { return injector_; }
  QemuGuest& machine() { return machine_; }
  InputLog& log() { return machine_.log(); }

  // With --spice and --capture manual before `more`.
  void start_client(std::vector<std::string> more = {});

  void tap(std::uint32_t key);

  // Presses until something arrives, then until all of that has: the log begins anew.
  [[nodiscard]] testing::AssertionResult keyboard_arrives();
  // A key that is tapped now arrives, and so everything before it has. Checks the keys since the
  // last time, in order, against `expected`.
  [[nodiscard]] testing::AssertionResult keys_are(const std::vector<KeyStep>& expected);
  // The mice tell this story within a while.
  [[nodiscard]] testing::AssertionResult mouse_is(const MouseStory& expected);

  // Tries until the guest's mouse moves where the desktop's pointer cannot, or until it does not.
  // The log begins anew.
  [[nodiscard]] testing::AssertionResult captured() { return capture_becomes(true); }
  [[nodiscard]] testing::AssertionResult free() { return capture_becomes(false); }
  // Taps Right Ctrl first.
  [[nodiscard]] testing::AssertionResult capture();
  [[nodiscard]] testing::AssertionResult release();

  // Nothing is pressed in the guest.
  [[nodiscard]] testing::AssertionResult nothing_pressed();
  // The client's own words and the machine's, for messages.
  std::string words();

 private:
  [[nodiscard]] testing::AssertionResult capture_becomes(bool wanted);
  [[nodiscard]] bool mouse_moves_at_the_edge();
  // Until all that was done with mouse and keyboard has arrived. The log begins anew.
  [[nodiscard]] testing::AssertionResult mouse_arrives();

  Desk desk_{kInputScreen};
  Injector injector_;
  QemuGuest machine_;
};

}  // namespace pierglass::test
