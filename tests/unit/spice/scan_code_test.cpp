// SPDX-License-Identifier: GPL-2.0-or-later
#include "spice/scan_code.hpp"

#include <gtest/gtest.h>
#include <linux/input-event-codes.h>

#include <map>
#include <vector>

namespace pierglass::spice {
namespace {

std::vector<std::uint32_t> words(input::KeyCode key, bool down) {
  const auto code = scan_code(key);
  if (!code) return {};
  const ScanWords out = scan_words(*code, down);
  return {out.words().begin(), out.words().end()};
}

using Words = std::vector<std::uint32_t>;

TEST(ScanCodeTest, KeysOfThePcKeyboard) {
  struct Case {
    input::KeyCode key;
    std::uint32_t down, up;
  };
  const Case cases[] = {
      {KEY_ESC, 0x01, 0x81},
      {KEY_1, 0x02, 0x82},
      {KEY_EQUAL, 0x0D, 0x8D},
      {KEY_BACKSPACE, 0x0E, 0x8E},
      {KEY_Q, 0x10, 0x90},
      {KEY_ENTER, 0x1C, 0x9C},
      {KEY_A, 0x1E, 0x9E},
      {KEY_GRAVE, 0x29, 0xA9},
      {KEY_LEFTSHIFT, 0x2A, 0xAA},
      {KEY_BACKSLASH, 0x2B, 0xAB},
      {KEY_Z, 0x2C, 0xAC},
      {KEY_RIGHTSHIFT, 0x36, 0xB6},
      {KEY_SPACE, 0x39, 0xB9},
      {KEY_CAPSLOCK, 0x3A, 0xBA},
      {KEY_F1, 0x3B, 0xBB},
      {KEY_F10, 0x44, 0xC4},
      {KEY_NUMLOCK, 0x45, 0xC5},
      {KEY_SCROLLLOCK, 0x46, 0xC6},
      {KEY_KP7, 0x47, 0xC7},
      {KEY_KPDOT, 0x53, 0xD3},
      {KEY_102ND, 0x56, 0xD6},
      {KEY_F11, 0x57, 0xD7},
      {KEY_F12, 0x58, 0xD8},
      {KEY_LEFTCTRL, 0x1D, 0x9D},
      {KEY_RIGHTCTRL, 0x1DE0, 0x9DE0},
      {KEY_LEFTALT, 0x38, 0xB8},
      {KEY_RIGHTALT, 0x38E0, 0xB8E0},
      {KEY_KPENTER, 0x1CE0, 0x9CE0},
      {KEY_KPSLASH, 0x35E0, 0xB5E0},
      {KEY_SYSRQ, 0x37E0, 0xB7E0},
      {KEY_HOME, 0x47E0, 0xC7E0},
      {KEY_UP, 0x48E0, 0xC8E0},
      {KEY_PAGEUP, 0x49E0, 0xC9E0},
      {KEY_LEFT, 0x4BE0, 0xCBE0},
      {KEY_RIGHT, 0x4DE0, 0xCDE0},
      {KEY_END, 0x4FE0, 0xCFE0},
      {KEY_DOWN, 0x50E0, 0xD0E0},
      {KEY_PAGEDOWN, 0x51E0, 0xD1E0},
      {KEY_INSERT, 0x52E0, 0xD2E0},
      {KEY_DELETE, 0x53E0, 0xD3E0},
      {KEY_LEFTMETA, 0x5BE0, 0xDBE0},
      {KEY_RIGHTMETA, 0x5CE0, 0xDCE0},
      {KEY_COMPOSE, 0x5DE0, 0xDDE0},
  };
  for (const Case& given : cases) {
    EXPECT_EQ(words(given.key, true), Words{given.down}) << given.key;
    EXPECT_EQ(words(given.key, false), Words{given.up}) << given.key;
  }
}

TEST(ScanCodeTest, KeysOfJapanKoreaAndBrazil) {
  const std::map<input::KeyCode, std::uint32_t> cases = {{KEY_RO, 0x73},
                                                         {KEY_YEN, 0x7D},
                                                         {KEY_HENKAN, 0x79},
                                                         {KEY_MUHENKAN, 0x7B},
                                                         {KEY_KATAKANAHIRAGANA, 0x70},
                                                         {KEY_KPJPCOMMA, 0x5C},
                                                         {KEY_KPCOMMA, 0x7E},
                                                         {KEY_HANGEUL, 0x72},
                                                         {KEY_HANJA, 0x71}};
  for (const auto& [key, code] : cases) EXPECT_EQ(words(key, true), Words{code}) << key;
}

TEST(ScanCodeTest, KeysForSoundBrowserAndPower) {
  const std::map<input::KeyCode, std::uint32_t> cases = {
      {KEY_MUTE, 0x20},     {KEY_VOLUMEDOWN, 0x2E},   {KEY_VOLUMEUP, 0x30}, {KEY_PLAYPAUSE, 0x22},
      {KEY_STOPCD, 0x24},   {KEY_PREVIOUSSONG, 0x10}, {KEY_NEXTSONG, 0x19}, {KEY_CALC, 0x21},
      {KEY_MAIL, 0x6C},     {KEY_HOMEPAGE, 0x32},     {KEY_SEARCH, 0x65},   {KEY_BOOKMARKS, 0x66},
      {KEY_REFRESH, 0x67},  {KEY_STOP, 0x68},         {KEY_FORWARD, 0x69},  {KEY_BACK, 0x6A},
      {KEY_COMPUTER, 0x6B}, {KEY_MEDIA, 0x6D},        {KEY_POWER, 0x5E},    {KEY_SLEEP, 0x5F},
      {KEY_WAKEUP, 0x63}};
  for (const auto& [key, code] : cases) EXPECT_EQ(words(key, true), Words{0xE0 | code << 8}) << key;
}

TEST(ScanCodeTest, PauseSaysAllWhenPressedAndIsLetGoAsBreak) {
  EXPECT_EQ(words(KEY_PAUSE, true), (Words{0x451DE1, 0xC59DE1}));
  EXPECT_EQ(words(KEY_PAUSE, false), Words{0xC6E0});
}

TEST(ScanCodeTest, KeysWithoutACodeHaveNone) {
  for (const input::KeyCode key : {0U, 84U, unsigned{KEY_MICMUTE}, unsigned{KEY_WWW}, 255U, 256U,
                                   unsigned{BTN_LEFT}, 0x2ffU, 0xffffffffU})
    EXPECT_FALSE(scan_code(key)) << key;
}

// Two keys of one code could release each other. A code is never zero inside a word, nor E0 or E1
// behind a prefix, nor has it the release bit.
TEST(ScanCodeTest, EachCodeBelongsToOneKey) {
  std::map<ScanCode, input::KeyCode> owner;
  std::size_t count = 0;
  for (input::KeyCode key = 0; key < 1024; ++key) {
    const auto code = scan_code(key);
    if (!code) continue;
    ++count;
    EXPECT_TRUE(owner.emplace(*code, key).second) << key << " and " << owner[*code];
    if (*code == kPause) continue;
    const unsigned prefix = *code >> 8;
    EXPECT_TRUE(prefix == 0 || prefix == 0xE0) << key;
    EXPECT_TRUE((*code & 0xFF) > 0 && (*code & 0xFF) < 0x80) << key;
  }
  EXPECT_GE(count, 150U);
  for (unsigned f = KEY_F13; f <= KEY_F24; ++f) EXPECT_TRUE(scan_code(f)) << f;
}

}  // namespace
}  // namespace pierglass::spice
