// SPDX-License-Identifier: GPL-2.0-or-later
// Capture, tablets, passwords, and machines that go away.
#include <gtest/gtest.h>
#include <linux/input-event-codes.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <optional>

#include "tests/e2e/input_desk.hpp"

namespace pierglass::test {
namespace {

using namespace std::chrono_literals;

std::string password_file(Lab& lab, const std::string& password) {
  const std::filesystem::path file = lab.home() / "password";
  std::ofstream(file) << password << "\n";
  if (lab.user()) {
    EXPECT_EQ(::chown(file.c_str(), *lab.user(), static_cast<gid_t>(*lab.user())), 0);
  }
  EXPECT_EQ(::chmod(file.c_str(), 0600), 0);
  return file.string();
}

// `pierglass WORDS...` of the lab's user.
Finished pierglass(InputDesk& desk, std::vector<std::string> words) {
  Lab& lab = desk.desk().lab();
  words.insert(words.begin(), lab.stage(client_program()).string());
  Command command = lab.command("pierglass", std::move(words));
  command.environment.emplace_back("WAYLAND_DISPLAY", desk.desk().sway().display());
  return run_to_end(std::move(command), kPatience);
}

TEST(Capture, OfTheMouseBeginsAndEndsWithRightCtrl) {
  InputDesk desk;
  desk.start_client();
  ASSERT_TRUE(desk.keyboard_arrives());
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(desk.capture());
    desk.injector().move(40, -30);
    desk.injector().sync();
    EXPECT_TRUE(desk.mouse_is({.steps = {}, .after = {.x = 40, .y = -30}}));
    ASSERT_TRUE(desk.release());
  }
  EXPECT_TRUE(desk.keys_are({})) << "the trigger is not for the guest";
  EXPECT_TRUE(desk.nothing_pressed());
  desk.desk().expect_clean_end();
}

TEST(Capture, SendsPartsOfPixelsWhenTheyMakeWholeOnes) {
  InputDesk desk({.devices = InputDevices::Virtio});
  desk.start_client();
  ASSERT_TRUE(desk.keyboard_arrives());
  ASSERT_TRUE(desk.capture());
  for (int i = 0; i < 64; ++i) desk.injector().move(0.25, -0.75);
  desk.injector().sync();
  EXPECT_TRUE(desk.mouse_is({.steps = {}, .after = {.x = 16, .y = -48}}));
  desk.desk().expect_clean_end();
}

TEST(Capture, IsBegunAndEndedByACommand) {
  InputDesk desk;
  desk.start_client({"--capture-key", "none", "--name", "lab"});
  ASSERT_TRUE(desk.keyboard_arrives());
  const auto send = [&](const char* command) {
    const Finished done = pierglass(desk, {"send", command, "--name", "lab"});
    return done.exit == Exit{.code = 0} ? testing::AssertionSuccess()
                                        : testing::AssertionFailure() << done.err;
  };
  ASSERT_TRUE(send("capture"));
  EXPECT_TRUE(desk.captured());
  ASSERT_TRUE(send("release"));
  EXPECT_TRUE(desk.free());
  ASSERT_TRUE(desk.keyboard_arrives());
  ASSERT_TRUE(send("ctrl-alt-del"));
  const auto down = [](std::uint32_t key) { return KeyStep{.key = key, .value = 1}; };
  const auto has = [&](std::uint32_t key) {
    const std::vector<KeyStep> story = key_story(desk.log().events());
    return std::ranges::find(story, down(key)) != story.end();
  };
  EXPECT_TRUE(desk.log().wait([&] { return has(KEY_DELETE); }, kPatience)) << desk.words();
  EXPECT_TRUE(has(KEY_LEFTCTRL));
  EXPECT_TRUE(has(KEY_LEFTALT));
  ASSERT_TRUE(desk.keyboard_arrives());
  EXPECT_TRUE(desk.nothing_pressed());
  desk.desk().expect_clean_end();
}

TEST(Focus, LostReleasesEverythingInTheGuest) {
  InputDesk desk;
  desk.start_client();
  ASSERT_TRUE(desk.keyboard_arrives());
  desk.injector().key(KEY_LEFTALT, true);
  desk.injector().key(KEY_A, true);
  desk.injector().sync();
  const auto pressed = [&] { return desk.log().state().pressed; };
  const std::set<std::uint32_t> both = {KEY_LEFTALT, KEY_A};
  ASSERT_TRUE(wait_until([&] { return pressed() == both; }, kPatience)) << desk.words();
  desk.desk().sway().message("workspace elsewhere");
  EXPECT_TRUE(wait_until([&] { return pressed().empty(); }, kPatience)) << desk.words();
  desk.injector().key(KEY_A, false);
  desk.injector().key(KEY_LEFTALT, false);
  desk.desk().sway().message("workspace back_and_forth");
  ASSERT_TRUE(desk.keyboard_arrives());
  EXPECT_TRUE(desk.nothing_pressed());
  desk.desk().expect_clean_end();
}

TEST(ATablet, IsWhereTheDesktopsPointerIs) {
  InputDesk desk({.devices = InputDevices::Tablet});
  desk.start_client();
  ASSERT_TRUE(desk.keyboard_arrives());
  constexpr double kRange = 0x7fff;
  for (const auto& [x, y] : {std::pair{100U, 300U}, {0U, 0U}, {719U, 399U}, {360U, 200U}}) {
    desk.injector().place(x, y);
    desk.injector().sync();
    std::optional<std::int32_t> last_x;
    std::optional<std::int32_t> last_y;
    const auto there = [&](std::optional<std::int32_t> at, std::uint32_t pixel,
                           std::uint32_t size) {
      return at && std::abs(*at - kRange * pixel / size) <= kRange / size;
    };
    EXPECT_TRUE(desk.log().wait(
        [&] {
          for (const GuestEvent& event : desk.log().events()) {
            if (event.type == EV_ABS && event.code == ABS_X) last_x = event.value;
            if (event.type == EV_ABS && event.code == ABS_Y) last_y = event.value;
          }
          return there(last_x, x, kInputScreen.width) && there(last_y, y, kInputScreen.height);
        },
        kPatience))
        << x << "," << y << ": the tablet is at " << last_x.value_or(-1) << ","
        << last_y.value_or(-1) << "\n"
        << desk.words();
  }
  desk.desk().expect_clean_end();
}

TEST(ATablet, IsLeftAloneWhileTheMouseIsCaptured) {
  InputDesk desk({.devices = InputDevices::Tablet});
  desk.start_client();
  ASSERT_TRUE(desk.keyboard_arrives());
  ASSERT_TRUE(desk.capture());
  desk.injector().move(40, -30);
  desk.injector().sync();
  EXPECT_TRUE(desk.mouse_is({.steps = {}, .after = {.x = 40, .y = -30}}));
  for (const GuestEvent& event : desk.log().events()) EXPECT_NE(event.type, EV_ABS);
  ASSERT_TRUE(desk.release());
  desk.desk().expect_clean_end();
}

TEST(APassword, OpensTheMachine) {
  InputDesk desk({.ticket = "correct horse"});
  desk.start_client({"--spice-password-file", password_file(desk.desk().lab(), "correct horse")});
  ASSERT_TRUE(desk.keyboard_arrives());
  desk.desk().expect_clean_end();
}

TEST(APassword, ThatIsWrongOrMissingIsToldAndThePictureStays) {
  InputDesk desk({.ticket = "correct horse"});
  const std::string file = password_file(desk.desk().lab(), "battery staple");
  for (const std::vector<std::string>& options :
       {std::vector<std::string>{"--spice-password-file", file}, std::vector<std::string>{}}) {
    desk.start_client(options);
    const auto told = [&] {
      return desk.desk().client().process().err().find("password") != std::string::npos;
    };
    EXPECT_TRUE(wait_until(told, kPatience)) << desk.words();
    EXPECT_TRUE(desk.desk().client().process().running()) << desk.words();
    EXPECT_TRUE(desk.desk().client_says("live")) << desk.words();
    desk.desk().expect_clean_end();
  }
}

TEST(AMachineThatDies, GetsItsInputAgainWhenItIsBackWithNothingPressed) {
  InputDesk desk;
  desk.start_client();
  ASSERT_TRUE(desk.keyboard_arrives());
  ASSERT_TRUE(desk.capture());
  desk.injector().key(KEY_A, true);
  desk.injector().button(BTN_LEFT, true);
  desk.injector().sync();
  const std::set<std::uint32_t> both = {KEY_A, BTN_LEFT};
  ASSERT_TRUE(wait_until([&] { return desk.log().state().pressed == both; }, kPatience));
  desk.machine().kill();
  desk.injector().key(KEY_A, false);
  desk.injector().button(BTN_LEFT, false);
  desk.injector().sync();
  desk.machine().start();
  ASSERT_TRUE(desk.keyboard_arrives());
  EXPECT_TRUE(desk.nothing_pressed());
  desk.tap(KEY_B);
  EXPECT_TRUE(desk.keys_are(tapped(KEY_B)));
  desk.injector().move(5, 6);
  desk.injector().sync();
  EXPECT_TRUE(desk.mouse_is({.steps = {}, .after = {.x = 5, .y = 6}})) << "captured all the time";
  EXPECT_TRUE(desk.nothing_pressed());
  desk.desk().expect_clean_end();
}

}  // namespace
}  // namespace pierglass::test
