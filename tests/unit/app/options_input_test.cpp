// SPDX-License-Identifier: GPL-2.0-or-later
// Options of one-key mode, of keyboard and mouse.
#include "app/options_input.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "app/options.hpp"
#include "tests/unit/app/option_fixture.hpp"

namespace pierglass::app {
namespace {

using Bindings = std::vector<std::string>;

class InputOptionTest : public OptionTest {
 protected:
  InputOptions input(const std::vector<std::string>& arguments) {
    const auto parsed = parse(arguments);
    EXPECT_TRUE(parsed.options) << stderr_;
    return parsed.options ? parsed.options->input : InputOptions();
  }
};

TEST_F(InputOptionTest, DefaultsStandWithoutArguments) {
  const InputOptions defaults = input({});
  EXPECT_EQ(defaults.spice, "auto");
  EXPECT_EQ(defaults.spice_password_file, "");
  EXPECT_EQ(defaults.capture, CaptureChoice::Manual);
  EXPECT_EQ(defaults.capture_key, "rightctrl");
  EXPECT_FALSE(defaults.capture_button);
  EXPECT_TRUE(defaults.bindings.empty());
  EXPECT_EQ(defaults.motion, MotionChoice::Raw);
  EXPECT_EQ(defaults.sensitivity, 1);
  EXPECT_TRUE(defaults.shift_scrolls_sideways);
  EXPECT_EQ(defaults.screenshots, "");
}

TEST_F(InputOptionTest, EachOneIsTaken) {
  EXPECT_EQ(input({"--spice", "unix:/run/vm.spice"}).spice, "unix:/run/vm.spice");
  EXPECT_EQ(input({"--spice=none"}).spice, "none");
  EXPECT_EQ(input({"--spice-password-file", "/etc/p"}).spice_password_file, "/etc/p");
  EXPECT_EQ(input({"--capture", "fullscreen"}).capture, CaptureChoice::Fullscreen);
  EXPECT_EQ(input({"--capture", "never"}).capture, CaptureChoice::Never);
  EXPECT_EQ(input({"--capture-key", "scrolllock"}).capture_key, "scrolllock");
  EXPECT_EQ(input({"--motion", "accelerated"}).motion, MotionChoice::Accelerated);
  EXPECT_FALSE(input({"--horizontal-scroll", "off"}).shift_scrolls_sideways);
  EXPECT_EQ(input({"--screenshots", "/tmp"}).screenshots, "/tmp");
}

TEST_F(InputOptionTest, AButtonHasAName) {
  EXPECT_EQ(input({"--capture-button", "middle"}).capture_button, input::Button::Middle);
  EXPECT_EQ(input({"--capture-button", "right"}).capture_button, input::Button::Right);
  EXPECT_EQ(input({"--capture-button", "side"}).capture_button, input::Button::Side);
  EXPECT_EQ(input({"--capture-button", "extra"}).capture_button, input::Button::Extra);
  EXPECT_FALSE(input({"--capture-button", "none"}).capture_button);
}

TEST_F(InputOptionTest, SensitivityIsANumber) {
  for (const auto& [text, number] :
       std::vector<std::pair<std::string, double>>{{"0.01", 0.01}, {"100", 100}, {"1.5", 1.5}}) {
    EXPECT_EQ(input({"--sensitivity", text}).sensitivity, number) << text;
  }
}

TEST_F(InputOptionTest, BindingsAddUp) {
  EXPECT_EQ(input({"--bind", "f=stats", "--windowed", "--bind", "equal=quit"}).bindings,
            (Bindings{"f=stats", "equal=quit"}));
  write_config("bind=[\"a=show\", \"b=hide\"]\n");
  EXPECT_EQ(input({}).bindings, (Bindings{"a=show", "b=hide"}));
  EXPECT_EQ(input({"--bind", "c=quit"}).bindings, (Bindings{"c=quit"})) << "in the file's place";
}

TEST_F(InputOptionTest, ABindingDoesNotSwallowTheCommand) {
  const auto parsed = parse({"send", "--name", "vm", "quit"});
  EXPECT_EQ(parsed.commands, (Bindings{"quit"}));
  EXPECT_EQ(parse({"send", "--bind", "f=stats", "show"}).commands, (Bindings{"show"}));
}

TEST_F(InputOptionTest, WhatPrintConfigPrintsSaysTheSame) {
  write_config(
      "name=vm\nspice=10.0.0.1:5900\nspice-password-file=/etc/p\ncapture=never\ncapture-key=none\n"
      "capture-button=side\nbind=[\"f=stats\", \"d=ctrl-alt-del\"]\nmotion=accelerated\n"
      "sensitivity=0.5\nhorizontal-scroll=off\nscreenshots=/tmp\n");
  EXPECT_EQ(parse({"--print-config"}).exit_status, 0);
  write_config(stdout_);
  const auto parsed = parse({});
  ASSERT_TRUE(parsed.options) << stderr_;
  EXPECT_EQ(parsed.options->name, "vm");
  const InputOptions& input = parsed.options->input;
  EXPECT_EQ(input.spice, "10.0.0.1:5900");
  EXPECT_EQ(input.spice_password_file, "/etc/p");
  EXPECT_EQ(input.capture, CaptureChoice::Never);
  EXPECT_EQ(input.capture_key, "none");
  EXPECT_EQ(input.capture_button, input::Button::Side);
  EXPECT_EQ(input.bindings, (Bindings{"f=stats", "d=ctrl-alt-del"}));
  EXPECT_EQ(input.motion, MotionChoice::Accelerated);
  EXPECT_EQ(input.sensitivity, 0.5);
  EXPECT_FALSE(input.shift_scrolls_sideways);
  EXPECT_EQ(input.screenshots, "/tmp");
}

TEST_F(InputOptionTest, WhatPrintConfigPrintsOfDefaultsChangesNothing) {
  EXPECT_EQ(parse({"--print-config"}).exit_status, 0);
  write_config(stdout_);
  EXPECT_EQ(parse({"--print-config"}).exit_status, 0);
  const std::string again = stdout_;
  write_config("");
  EXPECT_EQ(parse({"--print-config"}).exit_status, 0);
  EXPECT_EQ(stdout_, again);
}

TEST_F(InputOptionTest, ANameIsChosenOrComesOfTheMemory) {
  EXPECT_EQ(parse({}).options->name, "default");
  EXPECT_EQ(parse({"--name", "win-11.old"}).options->name, "win-11.old");
  EXPECT_EQ(parse({"--memory", "/dev/shm/win11.img"}).options->name, "win11");
  EXPECT_EQ(parse({"--memory", "/dev/kvmfr0"}).options->name, "kvmfr0");
  EXPECT_EQ(parse({"--memory", "/dev/shm/my vm/.hïdden"}).options->name, "_h__dden");
  EXPECT_EQ(parse({"--memory", "/dev/shm/" + std::string(99, 'x')}).options->name,
            std::string(64, 'x'));
  write_config("memory=/dev/shm/work\n");
  EXPECT_EQ(parse({"send", "quit"}).options->name, "work");
}

TEST_F(InputOptionTest, TheFirstWordSaysWhatToDo) {
  EXPECT_EQ(parse({"--windowed"}).action, Action::Run);
  const auto toggle = parse({"toggle", "--windowed", "--memory", "/a"});
  ASSERT_TRUE(toggle.options) << stderr_;
  EXPECT_EQ(toggle.action, Action::Toggle);
  EXPECT_TRUE(toggle.options->windowed);
  EXPECT_EQ(toggle.options->memory, "/a");
  const auto send = parse({"send", "release-all", "ctrl-alt-f12", "--name", "vm"});
  ASSERT_TRUE(send.options) << stderr_;
  EXPECT_EQ(send.action, Action::Send);
  EXPECT_EQ(send.options->name, "vm");
  EXPECT_EQ(send.commands, (Bindings{"release-all", "ctrl-alt-f12"}));
}

TEST_F(InputOptionTest, EachCommandHasHelpOfItsOwn) {
  EXPECT_EQ(parse({"toggle", "--help"}).exit_status, 0);
  EXPECT_NE(stdout_.find("One key"), std::string::npos);
  EXPECT_NE(stdout_.find("--windowed"), std::string::npos);
  EXPECT_EQ(parse({"send", "--help"}).exit_status, 0);
  for (const char* words : {"pierglass send", "toggle-fullscreen", "ctrl-alt-f1", "--name"}) {
    EXPECT_NE(stdout_.find(words), std::string::npos) << words;
  }
  EXPECT_EQ(stdout_.find("--renderer"), std::string::npos) << "of no use there";
}

class WrongInputUses : public OptionTest, public testing::WithParamInterface<WrongUse> {};

TEST_P(WrongInputUses, GiveOneSentenceAndExitStatusTwo) {
  write_config(GetParam().config);
  const auto parsed = parse(GetParam().arguments);
  EXPECT_FALSE(parsed.options);
  EXPECT_EQ(parsed.exit_status, 2);
  EXPECT_NE(stderr_.find(GetParam().expected), std::string::npos) << stderr_;
  EXPECT_EQ(stderr_.find('\n'), stderr_.size() - 1) << "one line: " << stderr_;
}

INSTANTIATE_TEST_SUITE_P(
    Table, WrongInputUses,
    testing::Values(
        WrongUse{"Name", {"--name", "a/b"}, "", "'a/b' is not 1 to 64 of letters"},
        WrongUse{"HiddenName", {"--name", ".a"}, "", "without a dot in front"},
        WrongUse{"Output", {"--output", "a\nb"}, "", "--output: that is no output's name"},
        WrongUse{"Spice", {"--spice", ""}, "", "--spice: '' is none of auto, none"},
        WrongUse{"PasswordFile", {"--spice-password-file"}, "", "--spice-password-file"},
        WrongUse{"Capture", {"--capture", "often"}, "", "'often' is none of manual, fullscreen"},
        WrongUse{"CaptureKey", {"--capture-key", ""}, "", "'' is not a key's name"},
        WrongUse{"CaptureButton", {"--capture-button", "left"}, "", "'left' is none of none, mid"},
        WrongUse{"BindWithoutCommand", {"--bind", "f="}, "", "'f=' is not a KEY=COMMAND"},
        WrongUse{"BindWithoutKey", {"--bind", "=quit"}, "", "'=quit' is not a KEY=COMMAND"},
        WrongUse{"BindWithoutEquals", {"--bind", "f"}, "", "'f' is not a KEY=COMMAND"},
        WrongUse{"Motion", {"--motion", "fast"}, "", "'fast' is none of raw, accelerated"},
        WrongUse{"SensitivityWord", {"--sensitivity", "high"}, "", "'high' is not a number from"},
        WrongUse{"SensitivityZero", {"--sensitivity", "0"}, "", "'0' is not a number from 0.01"},
        WrongUse{"SensitivityHuge", {"--sensitivity", "1e9"}, "", "is not a number from 0.01"},
        WrongUse{"SensitivityNan", {"--sensitivity", "nan"}, "", "is not a number from 0.01"},
        WrongUse{"SensitivityUnit", {"--sensitivity", "2x"}, "", "is not a number from 0.01"},
        WrongUse{"Scroll", {"--horizontal-scroll", "ctrl"}, "", "'ctrl' is none of shift, off"},
        WrongUse{"Screenshots", {"--screenshots"}, "", "--screenshots"},
        WrongUse{"SendNothing", {"send"}, "", "there must be one of toggle, show, hide"},
        WrongUse{"SendUnknown",
                 {"send", "show", "dance"},
                 "",
                 "'dance' is none of toggle, show, hide, capture, release, toggle-capture, "
                 "toggle-fullscreen, stats, screenshot, release-all, ctrl-alt-del, ctrl-alt-f1 to "
                 "-f12, quit; see pierglass send --help"},
        WrongUse{"ConfigNames", {}, "capture=manual\ncapture-key=\"\"\n", "line 2: --capture-key"},
        WrongUse{"ConfigShortName", {}, "capture-key=x\ncapture=x\n", "line 2: --capture: 'x'"},
        WrongUse{"ConfigSize", {}, "size=1x1\nmemory-size=3\n", "line 2: --memory-size: '3'"},
        WrongUse{"ConfigValueLikeAKey", {}, "size=1x1\nmotion=size\n", "line 2: --motion: 'size'"},
        WrongUse{"ConfigBind", {}, "\nbind=[\"f=a\", \"f\"]\n", "line 2: --bind: 'f' is not"},
        WrongUse{"ConfigName", {}, "name=a b\n", "line 1: "},
        WrongUse{"ConfigCommand", {"send", "quit"}, "COMMAND=quit\n", "line 1: "},
        WrongUse{"ConfigOfToggle", {"toggle"}, "motion=fast\n", "line 1: --motion"}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace pierglass::app
