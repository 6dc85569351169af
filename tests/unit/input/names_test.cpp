// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>
#include <linux/input-event-codes.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <string>

#include "input/command.hpp"
#include "input/key_names.hpp"

namespace pierglass::input {
namespace {

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

struct Known {
  KeyCode code;
  const char* name;
};
#define KNOWN(name) \
  Known {           \
    name, #name     \
  }

// The kernel's numbers, so that a shifted line of the table is noticed.
constexpr Known kKnown[] = {
    KNOWN(KEY_ESC),
    KNOWN(KEY_1),
    KNOWN(KEY_0),
    KNOWN(KEY_MINUS),
    KNOWN(KEY_EQUAL),
    KNOWN(KEY_BACKSPACE),
    KNOWN(KEY_TAB),
    KNOWN(KEY_Q),
    KNOWN(KEY_P),
    KNOWN(KEY_LEFTBRACE),
    KNOWN(KEY_ENTER),
    KNOWN(KEY_LEFTCTRL),
    KNOWN(KEY_A),
    KNOWN(KEY_F),
    KNOWN(KEY_L),
    KNOWN(KEY_GRAVE),
    KNOWN(KEY_LEFTSHIFT),
    KNOWN(KEY_BACKSLASH),
    KNOWN(KEY_Z),
    KNOWN(KEY_M),
    KNOWN(KEY_SLASH),
    KNOWN(KEY_RIGHTSHIFT),
    KNOWN(KEY_KPASTERISK),
    KNOWN(KEY_LEFTALT),
    KNOWN(KEY_SPACE),
    KNOWN(KEY_CAPSLOCK),
    KNOWN(KEY_F1),
    KNOWN(KEY_F10),
    KNOWN(KEY_NUMLOCK),
    KNOWN(KEY_SCROLLLOCK),
    KNOWN(KEY_KP7),
    KNOWN(KEY_KP0),
    KNOWN(KEY_KPDOT),
    KNOWN(KEY_102ND),
    KNOWN(KEY_F11),
    KNOWN(KEY_F12),
    KNOWN(KEY_RO),
    KNOWN(KEY_HENKAN),
    KNOWN(KEY_MUHENKAN),
    KNOWN(KEY_KPENTER),
    KNOWN(KEY_RIGHTCTRL),
    KNOWN(KEY_KPSLASH),
    KNOWN(KEY_SYSRQ),
    KNOWN(KEY_RIGHTALT),
    KNOWN(KEY_HOME),
    KNOWN(KEY_UP),
    KNOWN(KEY_PAGEUP),
    KNOWN(KEY_LEFT),
    KNOWN(KEY_RIGHT),
    KNOWN(KEY_END),
    KNOWN(KEY_DOWN),
    KNOWN(KEY_PAGEDOWN),
    KNOWN(KEY_INSERT),
    KNOWN(KEY_DELETE),
    KNOWN(KEY_MUTE),
    KNOWN(KEY_VOLUMEDOWN),
    KNOWN(KEY_VOLUMEUP),
    KNOWN(KEY_KPEQUAL),
    KNOWN(KEY_PAUSE),
    KNOWN(KEY_HANGEUL),
    KNOWN(KEY_HANJA),
    KNOWN(KEY_YEN),
    KNOWN(KEY_LEFTMETA),
    KNOWN(KEY_RIGHTMETA),
    KNOWN(KEY_COMPOSE),
    KNOWN(KEY_NEXTSONG),
    KNOWN(KEY_PLAYPAUSE),
    KNOWN(KEY_PREVIOUSSONG),
    KNOWN(KEY_STOPCD),
    KNOWN(KEY_F13),
    KNOWN(KEY_F24),
    KNOWN(KEY_BRIGHTNESSUP),
    KNOWN(KEY_MICMUTE),
    KNOWN(KEY_CALC),
    KNOWN(KEY_MAIL),
    KNOWN(KEY_HOMEPAGE),
    KNOWN(KEY_KATAKANAHIRAGANA),
};

TEST(KeyNames, NumbersAreTheKernels) {
  for (const Known& known : kKnown) {
    EXPECT_EQ(key_name(known.code), known.name);
    EXPECT_EQ(key_named(known.name), known.code) << known.name;
  }
  EXPECT_EQ(KeyCode{KEY_CNT}, kKeyCount);
}

TEST(KeyNames, KeysThatTheProgramKnowsAreTheKernels) {
  EXPECT_EQ(key::kLeftCtrl, KeyCode{KEY_LEFTCTRL});
  EXPECT_EQ(key::kLeftAlt, KeyCode{KEY_LEFTALT});
  EXPECT_EQ(key::kRightCtrl, KeyCode{KEY_RIGHTCTRL});
  EXPECT_EQ(key::kDelete, KeyCode{KEY_DELETE});
  EXPECT_EQ(key::function(0), KeyCode{KEY_F1});
  EXPECT_EQ(key::function(9), KeyCode{KEY_F10});
  EXPECT_EQ(key::function(10), KeyCode{KEY_F11});
  EXPECT_EQ(key::function(11), KeyCode{KEY_F12});
  for (const KeyCode code :
       {KeyCode{KEY_CAPSLOCK}, KeyCode{KEY_NUMLOCK}, KeyCode{KEY_SCROLLLOCK}}) {
    EXPECT_TRUE(is_lock_key(code));
  }
  EXPECT_FALSE(is_lock_key(KEY_LEFTSHIFT));
}

TEST(KeyNames, ArePlainUniqueAndFoundInAnyCaseWithAndWithoutPrefix) {
  std::set<std::string_view> names;
  std::set<std::string_view> labels;
  for (KeyCode code = 0; code < kKeyCount; ++code) {
    const std::string name(key_name(code));
    EXPECT_EQ(name.empty(), key_label(code).empty());
    if (name.empty()) continue;
    EXPECT_TRUE(names.insert(key_name(code)).second) << name;
    EXPECT_TRUE(labels.insert(key_label(code)).second) << name;
    EXPECT_TRUE(is_ascii(key_label(code))) << name;
    std::string lower = name;
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
    for (const std::string& way : {name, lower, name.substr(4), lower.substr(4)}) {
      EXPECT_EQ(key_named(way), code) << way;
    }
  }
  EXPECT_GE(names.size(), 180u);
}

TEST(KeyNames, OthersAreNoKeys) {
  for (const char* text : {"", "KEY_", "key", "f0", "f25", "rightctr", "rightctrl ", "KEY_KEY_A",
                           "BTN_LEFT", "Right Ctrl", "reserved", "none"}) {
    EXPECT_EQ(key_named(text), std::nullopt) << text;
  }
  EXPECT_EQ(key_name(0), "");
  EXPECT_EQ(key_name(4'000'000'000), "");
}

TEST(KeyNames, LabelsAreForPeople) {
  EXPECT_EQ(key_label(KEY_RIGHTCTRL), "Right Ctrl");
  EXPECT_EQ(key_label(KEY_F), "F");
  EXPECT_EQ(key_label(KEY_F1), "F1");
  EXPECT_EQ(key_label(KEY_LEFTMETA), "Left Super");
}

TEST(Command, HasANameAndAHelpOfItsOwnAndIsFoundByTheName) {
  std::set<std::string_view> names;
  std::set<std::string_view> helps;
  for (std::uint8_t i = 0; i < kCommandCount; ++i) {
    const auto command = static_cast<Command>(i);
    EXPECT_EQ(command_named(name(command)), command);
    EXPECT_TRUE(names.insert(name(command)).second);
    EXPECT_TRUE(helps.insert(help(command)).second);
    EXPECT_TRUE(is_ascii(help(command)) && !help(command).ends_with('.'));
  }
  EXPECT_EQ(static_cast<std::uint8_t>(Command::Quit) + 1, kCommandCount);
}

TEST(Command, NamesAreThoseOfTheManual) {
  EXPECT_EQ(command_named("toggle-capture"), Command::ToggleCapture);
  EXPECT_EQ(command_named("ctrl-alt-del"), Command::CtrlAltDel);
  EXPECT_EQ(command_named("ctrl-alt-f1"), Command::CtrlAltF1);
  EXPECT_EQ(command_named("ctrl-alt-f12"), Command::CtrlAltF12);
  for (const char* text : {"", "Quit", "quit ", "ctrl-alt-f13", "ctrl-alt-f0", "toggle"}) {
    EXPECT_EQ(command_named(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace pierglass::input
