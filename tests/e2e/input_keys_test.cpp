// SPDX-License-Identifier: GPL-2.0-or-later
// Every key, button and wheel, one at a time, from the compositor to a Linux in QEMU.
#include <gtest/gtest.h>
#include <linux/input-event-codes.h>

#include <array>
#include <ranges>
#include <vector>

#include "tests/e2e/input_desk.hpp"

namespace pierglass::test {
namespace {

// The board of 105 keys: Linux numbers most of it in one row.
std::vector<std::uint32_t> board_of_105_keys() {
  std::vector<std::uint32_t> keys;
  for (std::uint32_t key = KEY_ESC; key <= KEY_KPDOT; ++key) keys.push_back(key);
  for (const int key :
       {KEY_102ND,    KEY_F11,     KEY_F12,      KEY_KPENTER,  KEY_RIGHTCTRL, KEY_KPSLASH,
        KEY_SYSRQ,    KEY_HOME,    KEY_UP,       KEY_PAGEUP,   KEY_LEFT,      KEY_RIGHT,
        KEY_END,      KEY_DOWN,    KEY_DELETE,   KEY_INSERT,   KEY_PAGEDOWN,  KEY_PAUSE,
        KEY_LEFTMETA, KEY_COMPOSE, KEY_RIGHTALT, KEY_RIGHTMETA}) {
    keys.push_back(static_cast<std::uint32_t>(key));
  }
  return keys;
}

// What boards of other countries and with more keys have.
constexpr auto kMoreKeys = std::to_array<std::uint32_t>(
    {KEY_RO, KEY_YEN, KEY_HENKAN, KEY_MUHENKAN, KEY_KATAKANAHIRAGANA, KEY_KPCOMMA, KEY_MUTE,
     KEY_VOLUMEUP, KEY_VOLUMEDOWN, KEY_NEXTSONG, KEY_PLAYPAUSE, KEY_STOPCD, KEY_CALC,
     KEY_PREVIOUSSONG, KEY_MAIL, KEY_HOMEPAGE});

class EveryKeyAndButton : public testing::TestWithParam<InputDevices> {};
INSTANTIATE_TEST_SUITE_P(EndToEnd, EveryKeyAndButton,
                         testing::Values(InputDevices::Ps2, InputDevices::Virtio),
                         [](const auto& one) {
                           return one.param == InputDevices::Ps2 ? "OfPs2" : "OfVirtio";
                         });

TEST_P(EveryKeyAndButton, OfTheKeyboardArrivesPressedAndReleased) {
  InputDesk desk({.devices = GetParam()});
  // No trigger: Right Ctrl is a key like any other.
  desk.start_client({"--capture-key", "none"});
  ASSERT_TRUE(desk.keyboard_arrives());
  const std::vector<std::uint32_t> board = board_of_105_keys();
  ASSERT_EQ(board.size(), 105U);
  for (const auto& keys : {board, std::vector(kMoreKeys.begin(), kMoreKeys.end())}) {
    for (const std::uint32_t key : keys) {
      desk.tap(key);
      EXPECT_TRUE(desk.keys_are(tapped(key))) << "key " << key;
    }
  }
  // A second time each, so that none is left locked.
  for (const std::uint32_t key :
       {std::uint32_t{KEY_CAPSLOCK}, std::uint32_t{KEY_NUMLOCK}, std::uint32_t{KEY_SCROLLLOCK}}) {
    desk.tap(key);
    EXPECT_TRUE(desk.keys_are(tapped(key))) << "key " << key;
  }
  EXPECT_TRUE(desk.nothing_pressed());
  desk.desk().expect_clean_end();
}

TEST_P(EveryKeyAndButton, OfTheMouseArrives) {
  InputDesk desk({.devices = GetParam()});
  desk.start_client();
  ASSERT_TRUE(desk.keyboard_arrives());
  ASSERT_TRUE(desk.capture());
  const auto step = [](std::uint16_t type, std::uint16_t code, std::int32_t value) {
    return MouseStep{.before = {}, .type = type, .code = code, .value = value};
  };
  for (const std::uint16_t button :
       std::to_array<std::uint16_t>({BTN_LEFT, BTN_RIGHT, BTN_MIDDLE, BTN_SIDE, BTN_EXTRA})) {
    desk.log().forget();
    desk.injector().button(button, true);
    desk.injector().button(button, false);
    desk.injector().sync();
    EXPECT_TRUE(desk.mouse_is({.steps = {step(EV_KEY, button, 1), step(EV_KEY, button, 0)}}))
        << "button " << button;
  }
  // Down is positive for Wayland, and negative for Linux. PS/2 has room for one notch at a time.
  const std::int32_t most = GetParam() == InputDevices::Ps2 ? 1 : 3;
  for (const std::int32_t notches : {1, -1, most, -most}) {
    desk.log().forget();
    desk.injector().wheel(WheelAxis::Vertical, notches);
    desk.injector().sync();
    MouseStory story;
    for (int i = 0; i < std::abs(notches); ++i) {
      story.steps.push_back(step(EV_REL, REL_WHEEL, notches > 0 ? -1 : 1));
    }
    EXPECT_TRUE(desk.mouse_is(story)) << notches << " notches";
  }
  EXPECT_TRUE(desk.nothing_pressed());
  desk.desk().expect_clean_end();
}

TEST_P(EveryKeyAndButton, OfTheHorizontalWheelIsShiftAndTheWheel) {
  InputDesk desk({.devices = GetParam()});
  desk.start_client();
  ASSERT_TRUE(desk.keyboard_arrives());
  ASSERT_TRUE(desk.capture());
  for (const std::int32_t notch : {1, -1}) {
    desk.log().forget();
    desk.injector().wheel(WheelAxis::Horizontal, notch);
    desk.injector().sync();
    EXPECT_TRUE(desk.mouse_is(
        {.steps = {{.before = {}, .type = EV_REL, .code = REL_WHEEL, .value = -notch}}}));
    EXPECT_TRUE(desk.keys_are(tapped(KEY_LEFTSHIFT)));
  }
  EXPECT_TRUE(desk.nothing_pressed());
  desk.desk().expect_clean_end();
}

}  // namespace
}  // namespace pierglass::test
