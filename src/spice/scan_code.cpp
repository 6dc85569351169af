// SPDX-License-Identifier: GPL-2.0-or-later
#include "spice/scan_code.hpp"

#include <linux/input-event-codes.h>

namespace pierglass::spice {
namespace {

struct Row {
  std::uint16_t key;
  ScanCode code;
};

// Linux numbers the keys of the first PC keyboard as set 1 does: KEY_ESC to KEY_KPDOT.
static_assert(KEY_ESC == 0x01 && KEY_ENTER == 0x1C && KEY_A == 0x1E && KEY_LEFTSHIFT == 0x2A);
static_assert(KEY_SPACE == 0x39 && KEY_F1 == 0x3B && KEY_F10 == 0x44 && KEY_KPDOT == 0x53);

constexpr Row kRows[] = {
    // 101 to 105 keys
    {KEY_102ND, 0x56},
    {KEY_F11, 0x57},
    {KEY_F12, 0x58},
    {KEY_KPENTER, 0xE01C},
    {KEY_RIGHTCTRL, 0xE01D},
    {KEY_KPSLASH, 0xE035},
    {KEY_SYSRQ, 0xE037},
    {KEY_RIGHTALT, 0xE038},
    {KEY_HOME, 0xE047},
    {KEY_UP, 0xE048},
    {KEY_PAGEUP, 0xE049},
    {KEY_LEFT, 0xE04B},
    {KEY_RIGHT, 0xE04D},
    {KEY_END, 0xE04F},
    {KEY_DOWN, 0xE050},
    {KEY_PAGEDOWN, 0xE051},
    {KEY_INSERT, 0xE052},
    {KEY_DELETE, 0xE053},
    {KEY_LEFTMETA, 0xE05B},
    {KEY_RIGHTMETA, 0xE05C},
    {KEY_COMPOSE, 0xE05D},
    {KEY_PAUSE, kPause},
    // Japan, Korea, Brazil
    {KEY_RO, 0x73},
    {KEY_YEN, 0x7D},
    {KEY_HENKAN, 0x79},
    {KEY_MUHENKAN, 0x7B},
    {KEY_KATAKANAHIRAGANA, 0x70},
    {KEY_ZENKAKUHANKAKU, 0x76},
    {KEY_HIRAGANA, 0x77},
    {KEY_KATAKANA, 0x78},
    {KEY_KPJPCOMMA, 0x5C},
    {KEY_KPCOMMA, 0x7E},
    {KEY_HANGEUL, 0x72},
    {KEY_HANJA, 0x71},
    {KEY_KPEQUAL, 0x59},
    // F13 to F24
    {KEY_F13, 0x5D},
    {KEY_F14, 0x5E},
    {KEY_F15, 0x5F},
    {KEY_F16, 0x55},
    {KEY_F17, 0xE003},
    {KEY_F18, 0xE077},
    {KEY_F19, 0xE004},
    {KEY_F20, 0x5A},
    {KEY_F21, 0x74},
    {KEY_F22, 0xE079},
    {KEY_F23, 0x6D},
    {KEY_F24, 0x6F},
    // sound and player
    {KEY_PREVIOUSSONG, 0xE010},
    {KEY_NEXTSONG, 0xE019},
    {KEY_MUTE, 0xE020},
    {KEY_PLAYPAUSE, 0xE022},
    {KEY_STOPCD, 0xE024},
    {KEY_VOLUMEDOWN, 0xE02E},
    {KEY_VOLUMEUP, 0xE030},
    {KEY_MEDIA, 0xE06D},
    // browser and programs
    {KEY_MENU, 0xE01E},
    {KEY_CALC, 0xE021},
    {KEY_HOMEPAGE, 0xE032},
    {KEY_SEARCH, 0xE065},
    {KEY_BOOKMARKS, 0xE066},
    {KEY_REFRESH, 0xE067},
    {KEY_STOP, 0xE068},
    {KEY_FORWARD, 0xE069},
    {KEY_BACK, 0xE06A},
    {KEY_COMPUTER, 0xE06B},
    {KEY_MAIL, 0xE06C},
    // power
    {KEY_POWER, 0xE05E},
    {KEY_SLEEP, 0xE05F},
    {KEY_WAKEUP, 0xE063},
    // editing, on some boards
    {KEY_AGAIN, 0xE005},
    {KEY_PROPS, 0xE006},
    {KEY_UNDO, 0xE007},
    {KEY_FRONT, 0xE00C},
    {KEY_CUT, 0xE03C},
    {KEY_FIND, 0xE041},
    {KEY_OPEN, 0x64},
    {KEY_PASTE, 0x65},
    {KEY_HELP, 0xE075},
    {KEY_COPY, 0xE078},
};

constexpr std::size_t kKeys = 256;

// By key; 0: none.
constexpr std::array<ScanCode, kKeys> kTable = [] {
  std::array<ScanCode, kKeys> out{};
  for (ScanCode key = KEY_ESC; key <= KEY_KPDOT; ++key) out[key] = key;
  for (const Row& row : kRows) out[row.key] = row.code;
  return out;
}();

}  // namespace

std::optional<ScanCode> scan_code(input::KeyCode key) {
  if (key >= kKeys || kTable[key] == 0) return std::nullopt;
  return kTable[key];
}

ScanWords scan_words(ScanCode code, bool down) {
  constexpr unsigned kRelease = 0x80;
  if (code == kPause) return down ? ScanWords(0x451DE1, 0xC59DE1) : ScanWords(0xC6E0);
  const unsigned key = (code & 0xFFU) | (down ? 0 : kRelease);
  const unsigned prefix = code >> 8;
  return ScanWords(prefix == 0 ? key : prefix | key << 8);
}

}  // namespace pierglass::spice
