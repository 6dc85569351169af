// SPDX-License-Identifier: GPL-2.0-or-later
#include "wl/keyboard.hpp"

#include <gtest/gtest.h>

#include "tests/unit/wl/seat_client.hpp"

namespace pierglass::wl::test {
namespace {

// Real modifiers of xkb by their bits.
constexpr std::uint32_t kCaps = 1U << 1;
constexpr std::uint32_t kNum = 1U << 4;

const std::string& keymap_text() {
  static const std::string text = xkb_keymap_text("us");
  return text;
}

TEST(KeyboardTest, KeysAreTheCompositorsNumbersInTheirOrder) {
  SeatClient client;
  client.fake.keyboard_enter({29, 56});
  client.fake.key(30, 1);
  client.fake.key(125, 1);
  client.fake.key(30, 0);
  client.fake.keyboard_leave();
  EXPECT_EQ(client.heard(), (Log{"keyboard enter 29 56", "key 30 down", "key 125 down", "key 30 up",
                                 "keyboard leave"}));
}

TEST(KeyboardTest, RepeatsAreLeftOut) {
  SeatClient client;
  client.fake.keyboard_enter();
  client.fake.key(30, 1);
  client.fake.key(30, 2);
  client.fake.key(30, 0);
  EXPECT_EQ(client.heard(), (Log{"keyboard enter", "key 30 down", "key 30 up"}));
}

TEST(KeyboardTest, KeysOutsideTheWindowAreNotOurs) {
  SeatClient client;
  client.fake.key(30, 1);
  client.fake.keyboard_leave();
  client.fake.keyboard_enter();
  client.fake.keyboard_leave();
  client.fake.key(30, 0);
  EXPECT_EQ(client.heard(), (Log{"keyboard enter", "keyboard leave"}));
}

TEST(KeyboardTest, LockKeysAreToldAtEachEnterAndWhenTheyChange) {
  SeatClient client;
  client.fake.keymap(keymap_text());
  client.fake.modifiers(0, 0, kNum, 0);
  EXPECT_EQ(client.heard(), Log{}) << "the window has no keyboard";
  client.fake.keyboard_enter();
  client.fake.modifiers(0, 0, kNum, 0);
  client.fake.modifiers(1, 0, kNum, 0);
  client.fake.modifiers(0, 0, kCaps | kNum, 0);
  client.fake.modifiers(0, 0, 0, 0);
  EXPECT_EQ(client.heard(), (Log{"keyboard enter", "locks num", "locks caps num", "locks"}));
  client.fake.keyboard_leave();
  client.fake.keyboard_enter();
  client.fake.modifiers(0, 0, 0, 0);
  EXPECT_EQ(client.heard(), (Log{"keyboard leave", "keyboard enter", "locks"}));
}

TEST(KeyboardTest, AHeldModifierIsNoLock) {
  SeatClient client;
  client.fake.keymap(keymap_text());
  client.fake.keyboard_enter();
  client.fake.modifiers(kCaps, 0, 0, 0);
  EXPECT_EQ(client.heard(), (Log{"keyboard enter", "locks"}));
}

TEST(KeyboardTest, AKeymapThatChangesIsFollowed) {
  SeatClient client;
  client.fake.keymap(keymap_text());
  client.fake.keyboard_enter();
  client.fake.modifiers(0, 0, kCaps, 0);
  client.fake.keymap(xkb_keymap_text("de"));
  client.fake.modifiers(0, 0, 0, 0);
  EXPECT_EQ(client.heard(), (Log{"keyboard enter", "locks caps", "locks"}));
}

struct BadKeymap {
  const char* what;
  std::string text;
  std::uint32_t size = 0;
  std::uint32_t format = 1;
};

TEST(KeyboardTest, WithoutAGoodKeymapLocksAreNotKnownAndKeysComeAllTheSame) {
  const std::vector<BadKeymap> cases = {
      {"nonsense", "this is no keymap"},
      {"empty", ""},
      {"cut off", keymap_text().substr(0, keymap_text().size() / 2)},
      {"a file shorter than told", keymap_text(),
       static_cast<std::uint32_t>(keymap_text().size()) + 4096},
      {"absurdly long", keymap_text(), 0xffffffff},
      {"no xkb", keymap_text(), 0, 0},
  };
  for (const BadKeymap& one : cases) {
    SeatClient client;
    testing::internal::CaptureStderr();
    client.fake.keymap(one.text, one.size, one.format);
    client.fake.keyboard_enter();
    client.fake.modifiers(0, 0, kCaps, 0);
    client.fake.key(30, 1);
    EXPECT_EQ(client.heard(), (Log{"keyboard enter", "key 30 down"})) << one.what;
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "") << one.what;
    client.fake.keymap(keymap_text());
    client.fake.modifiers(0, 0, kCaps, 0);
    EXPECT_EQ(client.heard(), Log{"locks caps"}) << "a later keymap after: " << one.what;
  }
}

TEST(KeyboardTest, TheSameKeymapAgainKeepsWhatIsKnown) {
  SeatClient client;
  client.fake.keymap(keymap_text());
  client.fake.keyboard_enter();
  client.fake.modifiers(0, 0, kCaps, 0);
  client.fake.keymap(keymap_text());
  client.fake.key(30, 1);
  EXPECT_EQ(client.heard(), (Log{"keyboard enter", "locks caps", "key 30 down"}));
}

TEST(KeyboardTest, AKeymapWithoutItsEndMarkIsRead) {
  SeatClient client;
  client.fake.keymap(keymap_text(), static_cast<std::uint32_t>(keymap_text().size()));
  client.fake.keyboard_enter();
  client.fake.modifiers(0, 0, kNum, 0);
  EXPECT_EQ(client.heard(), (Log{"keyboard enter", "locks num"}));
}

}  // namespace
}  // namespace pierglass::wl::test
