// SPDX-License-Identifier: GPL-2.0-or-later
// `pierglass send` and the key chords, one after the other, and what is to be seen of them.
#include <gtest/gtest.h>
#include <linux/input-event-codes.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/e2e/desk.hpp"
#include "tests/e2e/key_desk.hpp"
#include "tests/support/wait_until.hpp"

namespace pierglass::test {
namespace {

using Lines = std::vector<std::string>;

// Scan codes of Ctrl+Alt+Delete: keys down in order, up in reverse.
const Lines kCtrlAltDel = {"key 1d", "key 38", "key e0", "key 53",
                           "key e0", "key d3", "key b8", "key 9d"};

// One picture file appears, and it is a frame of the guest's, whole.
testing::AssertionResult saves_a_picture(KeyDesk& desk) {
  std::filesystem::path file;
  const auto appears = [&] {
    for (const auto& entry : std::filesystem::directory_iterator(desk.lab().home())) {
      if (entry.path().extension() == ".png") file = entry.path();
    }
    return !file.empty();
  };
  if (!wait_until(appears, kKeyPatience)) {
    return testing::AssertionFailure() << "no picture file" << desk.words();
  }
  const auto frame = frame_below(read_png(file), {.size = kKeyScreen}, 0);
  return frame ? testing::AssertionSuccess()
               : testing::AssertionFailure() << file << " is another picture";
}

class Commands : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Renderers, Commands, testing::Values("shm", "gl"),
                         [](const auto& one) { return std::string(one.param); });

TEST_P(Commands, OfSendDoWhatTheySay) {
  KeyDesk desk({.renderer = GetParam()});
  desk.start_guest();
  ASSERT_TRUE(desk.start_client());
  ASSERT_TRUE(desk.send("release"));
  EXPECT_TRUE(desk.free());
  ASSERT_TRUE(desk.send("capture"));
  EXPECT_TRUE(desk.captured());
  ASSERT_TRUE(desk.send("toggle-capture"));
  EXPECT_TRUE(desk.free());
  EXPECT_TRUE(desk.quiet());

  ASSERT_TRUE(desk.send("stats"));
  EXPECT_TRUE(desk.texts_become(true));
  ASSERT_TRUE(desk.send("stats"));
  EXPECT_TRUE(desk.texts_become(false));

  ASSERT_TRUE(desk.send("filter-sharp"));
  EXPECT_TRUE(desk.quiet()) << "its name passes";

  ASSERT_TRUE(desk.send("screenshot"));
  EXPECT_TRUE(saves_a_picture(desk));

  desk.forget();
  ASSERT_TRUE(desk.send("ctrl-alt-del"));
  EXPECT_TRUE(desk.hears(kCtrlAltDel));
  desk.injector().key(KEY_A, true);
  desk.injector().sync();
  EXPECT_TRUE(desk.hears({"key 1e"}));
  ASSERT_TRUE(desk.send("release-all"));
  EXPECT_TRUE(desk.hears({"key 9e"}));
  desk.injector().key(KEY_A, false);

  ASSERT_TRUE(desk.send("toggle-fullscreen"));
  EXPECT_TRUE(desk.is_fullscreen(false));
  ASSERT_TRUE(desk.send("toggle-fullscreen"));
  EXPECT_TRUE(desk.is_fullscreen(true));
  ASSERT_TRUE(desk.send("hide"));
  EXPECT_TRUE(desk.goes_away());
  ASSERT_TRUE(desk.send("show"));
  EXPECT_TRUE(desk.comes_to_front());
  ASSERT_TRUE(desk.send("quit"));
  EXPECT_EQ(desk.client().wait(kKeyPatience), Exit{.code = 0}) << desk.words();
}

TEST(Chords, DoWhatTheirListSays) {
  KeyDesk desk;
  desk.start_guest();
  ASSERT_TRUE(desk.start_client());
  const auto chord = [&](std::uint32_t key) {
    desk.injector().key(KEY_RIGHTCTRL, true);
    desk.tap(key);
    desk.injector().key(KEY_RIGHTCTRL, false);
    desk.injector().sync();
  };
  chord(KEY_DELETE);
  EXPECT_TRUE(desk.hears(kCtrlAltDel));
  chord(KEY_F2);
  EXPECT_TRUE(desk.hears({"key 1d", "key 38", "key 3c", "key bc", "key b8", "key 9d"}));
  desk.injector().key(KEY_A, true);
  desk.injector().sync();
  EXPECT_TRUE(desk.hears({"key 1e"}));
  chord(KEY_R);
  EXPECT_TRUE(desk.hears({"key 9e"}));
  desk.injector().key(KEY_A, false);

  chord(KEY_F);
  EXPECT_TRUE(desk.is_fullscreen(false));
  chord(KEY_F);
  EXPECT_TRUE(desk.is_fullscreen(true));
  EXPECT_TRUE(desk.captured()) << "all the time";
  EXPECT_TRUE(desk.quiet());
  chord(KEY_S);
  EXPECT_TRUE(desk.texts_become(true));
  chord(KEY_S);
  EXPECT_TRUE(desk.quiet());
  chord(KEY_P);
  EXPECT_TRUE(saves_a_picture(desk));
  chord(KEY_Q);
  EXPECT_EQ(desk.client().wait(kKeyPatience), Exit{.code = 0}) << desk.words();
  EXPECT_TRUE(desk.nothing_pressed());
}

TEST(Chords, AreListedWhileTheirKeyIsHeldAndLettingGoDoesNothing) {
  KeyDesk desk;
  desk.start_guest();
  ASSERT_TRUE(desk.start_client());
  ASSERT_TRUE(desk.quiet());
  desk.injector().key(KEY_RIGHTCTRL, true);
  desk.injector().sync();
  EXPECT_TRUE(desk.lists_chords());
  desk.injector().key(KEY_RIGHTCTRL, false);
  desk.injector().sync();
  EXPECT_TRUE(desk.quiet());
  EXPECT_TRUE(desk.captured());
  desk.tap(KEY_RIGHTCTRL);
  EXPECT_TRUE(desk.free()) << "a short tap is another thing";
  EXPECT_TRUE(desk.hears({}));
}

}  // namespace
}  // namespace pierglass::test
