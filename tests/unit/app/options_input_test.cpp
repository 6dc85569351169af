// SPDX-License-Identifier: GPL-2.0-or-later
// Options of one-key mode, of keyboard and mouse.
#include "app/options_input.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/options.hpp"
#include "tests/unit/app/option_fixture.hpp"

namespace pierglass::app {
namespace {

using input::CaptureWhen;
using input::Command;
using Words = std::vector<std::string>;

std::optional<Command> command(const input::Bindings& bindings, const char* key) {
  return bindings.command(input::key_named(key).value());
}

class InputOptionTest : public OptionTest {
 protected:
  InputOptions input(const std::vector<std::string>& arguments) {
    const auto parsed = parse(arguments);
    EXPECT_TRUE(parsed.options) << stderr_;
    return parsed.options ? parsed.options->input : InputOptions();
  }
  input::Bindings keys(const std::vector<std::string>& arguments) {
    return input(arguments).router.bindings;
  }
};

TEST_F(InputOptionTest, DefaultsStandWithoutArguments) {
  const InputOptions defaults = input({});
  EXPECT_EQ(defaults.spice, SpiceChoice::Auto);
  EXPECT_EQ(defaults.spice_password_file, "");
  EXPECT_EQ(defaults.router.when, CaptureWhen::Manual);
  EXPECT_FALSE(defaults.router.capture_button);
  EXPECT_EQ(defaults.router.bindings.lines(), input::Bindings().lines());
  EXPECT_FALSE(defaults.router.accelerated);
  EXPECT_EQ(defaults.router.sensitivity, 1);
  EXPECT_TRUE(defaults.shift_scrolls_sideways);
  EXPECT_EQ(defaults.screenshots, "");
}

TEST_F(InputOptionTest, EachOneIsTaken) {
  EXPECT_EQ(input({"--spice-password-file", "/etc/p"}).spice_password_file, "/etc/p");
  EXPECT_EQ(input({"--capture", "fullscreen"}).router.when, CaptureWhen::Fullscreen);
  EXPECT_EQ(input({"--capture", "never"}).router.when, CaptureWhen::Never);
  EXPECT_TRUE(input({"--motion", "accelerated"}).router.accelerated);
  EXPECT_FALSE(input({"--horizontal-scroll", "off"}).shift_scrolls_sideways);
  EXPECT_EQ(input({"--screenshots", "/tmp"}).screenshots, "/tmp");
}

TEST_F(InputOptionTest, ASpiceServerIsAnAddressAutoOrNone) {
  EXPECT_EQ(input({"--spice=none"}).spice, SpiceChoice::None);
  EXPECT_EQ(input({"--spice=auto"}).spice, SpiceChoice::Auto);
  for (const auto& [text, address] : std::vector<std::pair<std::string, std::string>>{
           {"/run/vm.spice", "unix:/run/vm.spice"},
           {"unix:/run/vm.spice", "unix:/run/vm.spice"},
           {"spice+unix:///run/vm.spice", "unix:/run/vm.spice"},
           {"localhost:5901", "localhost:5901"},
           {"spice://10.0.0.1:5900", "10.0.0.1:5900"},
           {"[::1]:5900", "[::1]:5900"}}) {
    const InputOptions options = input({"--spice", text});
    EXPECT_EQ(options.spice, SpiceChoice::At) << text;
    EXPECT_EQ(spice::to_text(options.spice_address), address);
  }
}

TEST_F(InputOptionTest, TheCaptureKeyIsAnyKeyOrNone) {
  EXPECT_EQ(keys({"--capture-key", "scrolllock"}).trigger(), input::key_named("scrolllock"));
  EXPECT_EQ(keys({"--capture-key", "F"}).trigger(), input::key_named("f"));
  EXPECT_EQ(keys({"--capture-key", "none"}).trigger(), std::nullopt);
}

TEST_F(InputOptionTest, AButtonHasAName) {
  const auto button = [this](const char* name) {
    return input({"--capture-button", name}).router.capture_button;
  };
  EXPECT_EQ(button("middle"), input::Button::Middle);
  EXPECT_EQ(button("right"), input::Button::Right);
  EXPECT_EQ(button("side"), input::Button::Side);
  EXPECT_EQ(button("extra"), input::Button::Extra);
  EXPECT_FALSE(button("none"));
}

TEST_F(InputOptionTest, SensitivityIsANumber) {
  for (const auto& [text, number] :
       std::vector<std::pair<std::string, double>>{{"0.01", 0.01}, {"100", 100}, {"1.5", 1.5}}) {
    EXPECT_EQ(input({"--sensitivity", text}).router.sensitivity, number) << text;
  }
}

TEST_F(InputOptionTest, BindingsAddUp) {
  const input::Bindings both =
      keys({"--bind", "f=stats", "--windowed", "--bind", "equal = quit", "--bind", "q=none"});
  EXPECT_EQ(command(both, "f"), Command::Stats);
  EXPECT_EQ(command(both, "equal"), Command::Quit);
  EXPECT_EQ(command(both, "q"), std::nullopt);
  EXPECT_EQ(command(both, "p"), Command::Screenshot) << "as it was";
  write_config("bind=[\"a=quit\", \"b=release\"]\n");
  EXPECT_EQ(command(keys({}), "a"), Command::Quit);
  EXPECT_EQ(command(keys({}), "b"), Command::Release);
  EXPECT_EQ(command(keys({"--bind", "c=quit"}), "a"), std::nullopt) << "in the file's place";
  write_config("bind=\"\"\n");
  EXPECT_EQ(keys({}).lines(), input::Bindings().lines());
}

TEST_F(InputOptionTest, ABindingDoesNotSwallowTheCommand) {
  const auto parsed = parse({"send", "--name", "vm", "quit"});
  EXPECT_EQ(parsed.commands, (Words{"quit"}));
  EXPECT_EQ(parse({"send", "--bind", "f=stats", "show"}).commands, (Words{"show"}));
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
  EXPECT_EQ(input.spice, SpiceChoice::At);
  EXPECT_EQ(spice::to_text(input.spice_address), "10.0.0.1:5900");
  EXPECT_EQ(input.spice_password_file, "/etc/p");
  EXPECT_EQ(input.router.when, CaptureWhen::Never);
  EXPECT_EQ(input.router.bindings.trigger(), std::nullopt);
  EXPECT_EQ(input.router.capture_button, input::Button::Side);
  EXPECT_EQ(command(input.router.bindings, "f"), Command::Stats);
  EXPECT_EQ(command(input.router.bindings, "d"), Command::CtrlAltDel);
  EXPECT_TRUE(input.router.accelerated);
  EXPECT_EQ(input.router.sensitivity, 0.5);
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
  EXPECT_EQ(send.commands, (Words{"release-all", "ctrl-alt-f12"}));
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
        WrongUse{"HiddenName", {"--name", ".a"}, "", "without a dot or '-' in front"},
        WrongUse{"OptionsName", {"--name=-a"}, "", "without a dot or '-' in front"},
        WrongUse{"Output", {"--output", "a\nb"}, "", "--output: that is no output's name"},
        WrongUse{"Spice", {"--spice", ""}, "", "--spice: '' is none of auto, none"},
        WrongUse{"SpicePath", {"--spice", "vm.spice"}, "", "'vm.spice' is none of auto, none"},
        WrongUse{"SpiceUnix", {"--spice", "unix:vm"}, "", "'unix:vm' is none of auto, none"},
        WrongUse{"SpiceHost", {"--spice", "vm.lan:5900"}, "", "--spice: 'vm.lan:5900' is none of"},
        WrongUse{"SpicePort", {"--spice", "localhost:70000"}, "", "'localhost:70000' is none of"},
        WrongUse{"PasswordFile", {"--spice-password-file"}, "", "--spice-password-file"},
        WrongUse{"Capture", {"--capture", "often"}, "", "'often' is none of manual, fullscreen"},
        WrongUse{"CaptureKey", {"--capture-key", ""}, "", "--capture-key: '' is not the name of"},
        WrongUse{"CaptureKeyWord", {"--capture-key", "any"}, "", "'any' is not the name of a key"},
        WrongUse{"CaptureButton", {"--capture-button", "left"}, "", "'left' is none of none, mid"},
        WrongUse{"BindWithoutCommand", {"--bind", "f="}, "", "--bind: '' is not a command"},
        WrongUse{"BindWithoutKey", {"--bind", "=quit"}, "", "--bind: '' is not the name of a"},
        WrongUse{"BindWithoutEquals", {"--bind", "f"}, "", "'f' is not KEY=COMMAND, such as"},
        WrongUse{"BindKey", {"--bind", "ff=quit"}, "", "--bind: 'ff' is not the name of a key"},
        WrongUse{"BindCommand", {"--bind", "f=dance"}, "", "--bind: 'dance' is not a command"},
        WrongUse{"BindWindow", {"--bind", "f=toggle"}, "", "--bind: 'toggle' is not a command"},
        WrongUse{"BindTwice", {"--bind", "f=quit", "--bind", "F=stats"}, "", "is given two comm"},
        WrongUse{"BindTrigger", {"--bind", "rightctrl=quit"}, "", "--bind: 'rightctrl' is the"},
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
                 "'dance' is none of toggle, show, hide, toggle-capture, capture, release, "
                 "toggle-fullscreen, stats, screenshot, next-filter, filter-auto, filter-nearest, "
                 "filter-bilinear, filter-sharp, filter-lanczos, toggle-tearing, tearing-on, "
                 "tearing-off, release-all, ctrl-alt-del, ctrl-alt-f1 to -f12, quit; see pierglass "
                 "send --help"},
        WrongUse{"ConfigNames", {}, "capture=manual\ncapture-key=\"\"\n", "line 2: --capture-key"},
        WrongUse{"ConfigSpice", {}, "name=a\nspice=vm.lan:1\n", "line 2: --spice: 'vm.lan:1'"},
        WrongUse{"ConfigCaptureKey", {}, "\n\ncapture-key=q\nbind=q=quit\n", "line 4: --bind: 'q'"},
        WrongUse{"ConfigOfBoth", {"--capture-key", "q"}, "bind=q=quit\n", "line 1: --bind: 'q'"},
        WrongUse{"ConfigShortName", {}, "capture-key=x\ncapture=x\n", "line 2: --capture: 'x'"},
        WrongUse{"ConfigSize", {}, "size=1x1\nmemory-size=3\n", "line 2: --memory-size: '3'"},
        WrongUse{"ConfigValueLikeAKey", {}, "size=1x1\nmotion=size\n", "line 2: --motion: 'size'"},
        WrongUse{"ConfigBind", {}, "\nbind=[\"f=stats\", \"f\"]\n", "line 2: --bind: 'f' is not"},
        WrongUse{"ConfigName", {}, "name=a b\n", "line 1: "},
        WrongUse{"ConfigCommand", {"send", "quit"}, "COMMAND=quit\n", "line 1: "},
        WrongUse{"ConfigOfToggle", {"toggle"}, "motion=fast\n", "line 1: --motion"}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace pierglass::app
