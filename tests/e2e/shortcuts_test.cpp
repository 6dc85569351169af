// SPDX-License-Identifier: GPL-2.0-or-later
// The desktop's own keys, workspaces and pointer beside those of the guest.
#include <gtest/gtest.h>
#include <linux/input-event-codes.h>

#include <filesystem>
#include <string>

#include "guest/core/pattern_cursor.hpp"
#include "pixel/cursor.hpp"
#include "tests/e2e/desk.hpp"
#include "tests/e2e/key_desk.hpp"
#include "tests/support/wait_until.hpp"

namespace pierglass::test {
namespace {

// F11 is bound to writing a file.
class ShortcutsOfTheDesktop : public testing::Test {
 protected:
  void SetUp() override {
    desk_.start_guest();
    desk_.sway().message("bindsym F11 exec touch " + mark_.string());
  }
  // Taps F11, after which the guest hears `heard`, and says whether the binding came to pass.
  bool binding_fires(const std::vector<std::string>& heard) {
    std::filesystem::remove(mark_);
    desk_.forget();
    desk_.tap(KEY_F11);
    desk_.tap(KEY_B);  // after it
    std::vector<std::string> lines = heard;
    lines.insert(lines.end(), {"key 30", "key b0"});
    EXPECT_TRUE(desk_.hears(lines));
    if (!heard.empty()) return std::filesystem::exists(mark_);
    return wait_until([this] { return std::filesystem::exists(mark_); }, kKeyPatience);
  }

  KeyDesk desk_;
  std::filesystem::path mark_ = desk_.lab().home() / "f11";
  const std::vector<std::string> f11_ = {"key 57", "key d7"};
};

TEST_F(ShortcutsOfTheDesktop, GoToTheGuestWhileCaptured) {
  ASSERT_TRUE(desk_.start_client());
  EXPECT_FALSE(binding_fires(f11_));
  EXPECT_TRUE(desk_.quiet());
  ASSERT_TRUE(desk_.send("release"));
  ASSERT_TRUE(desk_.free());
  EXPECT_TRUE(binding_fires({}));
  ASSERT_TRUE(desk_.send("capture"));
  ASSERT_TRUE(desk_.captured());
  EXPECT_FALSE(binding_fires(f11_));
}

TEST_F(ShortcutsOfTheDesktop, ThatItKeepsAreToldAndCaptureGoesOn) {
  desk_.sway().message("for_window [app_id=pierglass] shortcuts_inhibitor disable");
  ASSERT_TRUE(desk_.start_client());
  EXPECT_TRUE(binding_fires({}));
  EXPECT_FALSE(desk_.texts_become(false, std::chrono::seconds(4))) << "longer than passing words";
  EXPECT_TRUE(desk_.captured());
  ASSERT_TRUE(desk_.send("release"));
  EXPECT_TRUE(desk_.quiet());
}

TEST(AnotherWorkspace, ReleasesEverythingThatIsHeld) {
  KeyDesk desk;
  desk.start_guest();
  desk.sway().message("bindsym --inhibited Shift+F10 workspace 2");
  ASSERT_TRUE(desk.start_client());
  desk.injector().key(KEY_LEFTSHIFT, true);
  desk.injector().button(BTN_LEFT, true);
  desk.injector().sync();
  EXPECT_TRUE(desk.hears({"key 2a", "button 1"}));
  desk.tap(KEY_F10);
  EXPECT_TRUE(desk.hears({"button 0", "key aa"}));
  desk.injector().key(KEY_LEFTSHIFT, false);
  desk.injector().button(BTN_LEFT, false);
  desk.injector().sync();
  desk.sway().message("workspace 1");
  ASSERT_TRUE(desk.comes_to_front());
  EXPECT_TRUE(desk.captured()) << "again";
  EXPECT_TRUE(desk.nothing_pressed());
}

TEST(TheDesktopsPointer, WearsTheGuestsImageOverThePicture) {
  KeyDesk desk({.tablet = true});
  desk.start_guest({"--mode", "still", "--cursor", "colour", "--cursor-rate", "0"});
  ASSERT_TRUE(desk.start_client());
  ASSERT_TRUE(desk.send("release"));
  ASSERT_TRUE(desk.free());  // it puts the pointer where the guest's was
  const guest::PatternCursor shape = guest::pattern_cursor(wire::CursorType::Colour);
  const auto cursor = pixel::make_cursor_image(shape.info, shape.image);
  ASSERT_TRUE(cursor);
  for (const Point at : {Point{400, 300}, Point{100, 420}}) {
    desk.injector().place(static_cast<std::uint32_t>(at.x), static_cast<std::uint32_t>(at.y));
    desk.injector().sync();
    Picture expected = pattern_picture({.size = kKeyScreen, .mode = guest::PatternMode::Still}, 1);
    pixel::draw_cursor(expected.view(), *cursor, at, full_rect(kKeyScreen));
    EXPECT_TRUE(desk.shows_with_pointer(expected, 2));
  }
}

}  // namespace
}  // namespace pierglass::test
