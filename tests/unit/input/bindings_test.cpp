// SPDX-License-Identifier: GPL-2.0-or-later
#include "input/bindings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pierglass::input {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

using Changes = std::vector<std::string>;

KeyCode key_of(std::string_view name) {
  const auto code = key_named(name);
  EXPECT_TRUE(code) << name;
  return code.value_or(0);
}

std::optional<Command> bound(const Bindings& bindings, std::string_view name) {
  return bindings.command(key_of(name));
}

TEST(Bindings, DefaultsAreThoseOfTheManual) {
  const Bindings bindings;
  EXPECT_EQ(bindings.trigger(), key_of("rightctrl"));
  const std::pair<const char*, Command> expected[] = {
      {"f", Command::ToggleFullscreen}, {"q", Command::Quit},         {"s", Command::Stats},
      {"p", Command::Screenshot},       {"n", Command::NextFilter},   {"r", Command::ReleaseAll},
      {"delete", Command::CtrlAltDel},  {"f1", Command::CtrlAltF1},   {"f4", Command::CtrlAltF4},
      {"f10", Command::CtrlAltF10},     {"f11", Command::CtrlAltF11}, {"f12", Command::CtrlAltF12},
  };
  for (const auto& [key, command] : expected) EXPECT_EQ(bound(bindings, key), command) << key;
  std::size_t count = 0;
  for (KeyCode code = 0; code < kKeyCount; ++code) count += bindings.command(code) ? 1 : 0;
  EXPECT_EQ(count, 19u);
  EXPECT_EQ(bound(bindings, "backspace"), std::nullopt);
  EXPECT_EQ(bindings.command(kKeyCount), std::nullopt);
  EXPECT_EQ(bindings.command(UINT32_MAX), std::nullopt);
}

TEST(Bindings, AreChangedAddedAndRemoved) {
  const auto bindings = Bindings::parse(
      "KEY_SCROLLLOCK", Changes{"f=none", "KEY_G=toggle-fullscreen", " q = stats "});
  ASSERT_TRUE(bindings) << bindings.error();
  EXPECT_EQ(bindings->trigger(), key_of("scrolllock"));
  EXPECT_EQ(bound(*bindings, "f"), std::nullopt);
  EXPECT_EQ(bound(*bindings, "g"), Command::ToggleFullscreen);
  EXPECT_EQ(bound(*bindings, "q"), Command::Stats);
  EXPECT_EQ(bound(*bindings, "p"), Command::Screenshot);
}

TEST(Bindings, MistakesAreNamedInOneSentence) {
  struct Mistake {
    const char* trigger;
    Changes changes;
    const char* sentence;
  };
  const Mistake mistakes[] = {
      {"strg", {}, "'strg' is not the name of a key, such as rightctrl"},
      {"", {}, "'' is not the name of a key, such as rightctrl"},
      {"rightctrl", {"f"}, "'f' is not KEY=COMMAND, such as f=toggle-fullscreen"},
      {"rightctrl", {""}, "'' is not KEY=COMMAND, such as f=toggle-fullscreen"},
      {"rightctrl", {"=stats"}, "'' is not the name of a key, such as f or delete"},
      {"rightctrl", {"ff=stats"}, "'ff' is not the name of a key, such as f or delete"},
      {"rightctrl", {"f=fly"}, "'fly' is not a command, such as stats or none"},
      {"rightctrl", {"f="}, "'' is not a command, such as stats or none"},
      {"rightctrl", {"f==stats"}, "'=stats' is not a command, such as stats or none"},
      {"rightctrl", {"f=stats", "KEY_F=quit"}, "'KEY_F' is given two commands"},
      {"rightctrl", {"f=none", "f=none"}, "'f' is given two commands"},
      {"f", {"f=stats"}, "'f' is the capture key and cannot be pressed with itself"},
      {"rightctrl",
       {"g=stats", "rightctrl=none"},
       "'rightctrl' is the capture key and cannot be pressed with itself"},
  };
  for (const Mistake& mistake : mistakes) {
    const auto bindings = Bindings::parse(mistake.trigger, mistake.changes);
    ASSERT_FALSE(bindings) << mistake.sentence;
    EXPECT_EQ(bindings.error(), mistake.sentence);
  }
}

TEST(Bindings, ATriggerThatHadAChordByDefaultLosesIt) {
  const auto bindings = Bindings::parse("f12", Changes{});
  ASSERT_TRUE(bindings);
  EXPECT_EQ(bound(*bindings, "f12"), std::nullopt);
  EXPECT_EQ(bound(*bindings, "f11"), Command::CtrlAltF11);
  EXPECT_THAT(bindings->lines(), Contains("F12 + F11\tCtrl+Alt+F11 to the guest"));
}

TEST(Bindings, TheListIsInColumns) {
  EXPECT_THAT(
      Bindings().lines(),
      testing::ElementsAre(
          "Right Ctrl\tenter or leave capture", "Right Ctrl + F\tfullscreen on or off",
          "Right Ctrl + S\tstatistics on or off", "Right Ctrl + P\tsave a picture of the guest",
          "Right Ctrl + N\tnext filter for scaling",
          "Right Ctrl + R\trelease all keys and buttons in the guest",
          "Right Ctrl + Delete\tCtrl+Alt+Del to the guest",
          "Right Ctrl + F1 ... F12\tCtrl+Alt+F1 ... F12 to the guest", "Right Ctrl + Q\tquit"));
  EXPECT_THAT(Bindings().lines(false), Not(Contains(HasSubstr("capture"))));
}

TEST(Bindings, WithoutATriggerThereIsNoList) {
  const auto bindings = Bindings::parse("none", Changes{"g=quit"});
  ASSERT_TRUE(bindings);
  EXPECT_EQ(bindings->trigger(), std::nullopt);
  EXPECT_THAT(bindings->lines(), IsEmpty());
}

}  // namespace
}  // namespace pierglass::input
