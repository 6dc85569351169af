// SPDX-License-Identifier: GPL-2.0-or-later
// Input under mutter, GNOME's compositor: pointer lock and the desktop's own key bindings.
#include <gtest/gtest.h>
#include <linux/input-event-codes.h>
#include <signal.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/e2e/input_desk.hpp"
#include "tests/support/mutter.hpp"

namespace pierglass::test {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kMark = KEY_F9;  // tapped after what a test presses

class UnderGnome : public testing::Test {
 protected:
  UnderGnome() {
    mutter_.move(-5000, -5000);
    mutter_.move(100, 100);
  }

  InputLog& log() { return machine_.log(); }
  std::string words() { return "client: " + client_.process().err(); }

  void tap(std::uint32_t key) {
    mutter_.key(key, true);
    mutter_.key(key, false);
  }

  // Until the guest has seen the mark; the keys before it.
  std::vector<KeyStep> keys_until_mark() {
    const auto story = [this] { return key_story(log().events()); };
    const auto marked = [&] {
      return !story().empty() && story().back() == KeyStep{.key = kMark, .value = 0};
    };
    tap(kMark);
    EXPECT_TRUE(log().wait(marked, kPatience)) << words();
    std::vector<KeyStep> keys = story();
    log().forget();
    std::erase_if(keys, [](const KeyStep& step) { return step.key == kMark; });
    return keys;
  }

  // Presses until something arrives; the log begins anew.
  testing::AssertionResult keyboard_arrives() {
    log().forget();
    const auto heard = [this] { return !key_story(log().events()).empty(); };
    if (!wait_until(
            [&] {
              tap(KEY_F10);
              return log().wait(heard, 300ms);
            },
            kPatience)) {
      return testing::AssertionFailure() << "no key arrives\n" << words();
    }
    keys_until_mark();
    return testing::AssertionSuccess();
  }

  // Taps Right Ctrl, then moves left from the left edge until the guest's mouse does.
  testing::AssertionResult capture() {
    mutter_.move(-5000, 0);
    tap(KEY_RIGHTCTRL);
    const bool captured = wait_until(
        [this] {
          log().forget();
          mutter_.move(-7, 0);
          return log().wait([this] { return mouse_story(log().events()).after.x < 0; }, 300ms);
        },
        kPatience);
    if (!captured) return testing::AssertionFailure() << "the mouse is not captured\n" << words();
    return keyboard_arrives();
  }

  Lab lab_;
  MemoryFile memory_{lab_, kMemoryBytes};
  HeadlessMutter mutter_{lab_, Size{1280, 800}};
  QemuGuest machine_{lab_, {.devices = InputDevices::Virtio}};
  Process guest_{lab_.command("guest", {lab_.stage(feed_program()).string(), "--memory",
                                        memory_.path(), "--size", text_of(kInputScreen)})};
  Client client_{lab_,
                 mutter_.display(),
                 {"--memory", memory_.path(), "--renderer", "shm", "--spice",
                  "unix:" + machine_.socket().string(), "--capture", "manual"}};
};

TEST_F(UnderGnome, KeysButtonsAndMovementsOfACapturedMouseArrive) {
  ASSERT_TRUE(keyboard_arrives());
  tap(KEY_A);
  EXPECT_EQ(keys_until_mark(), tapped(KEY_A));
  ASSERT_TRUE(capture());
  mutter_.move(40, -30);
  mutter_.button(BTN_LEFT, true);
  mutter_.button(BTN_LEFT, false);
  mutter_.move(-3, 5);
  const auto step = [](Way before, std::int32_t value) {
    return MouseStep{.before = before, .type = EV_KEY, .code = BTN_LEFT, .value = value};
  };
  const MouseStory expected{.steps = {step({40, -30}, 1), step({}, 0)}, .after = {-3, 5}};
  EXPECT_TRUE(log().wait([&] { return mouse_story(log().events()) == expected; }, kPatience))
      << words();
  EXPECT_EQ(log().state(), GuestState{});
  client_.process().signal(SIGTERM);
  EXPECT_EQ(client_.process().wait(kPatience), Exit{.code = 0});
}

TEST_F(UnderGnome, TheDesktopsKeyBindingsReachTheGuestWhileCaptured) {
  ASSERT_TRUE(keyboard_arrives());
  ASSERT_TRUE(capture());
  const auto alt_f4 = [this] {
    mutter_.key(KEY_LEFTALT, true);
    tap(KEY_F4);
    mutter_.key(KEY_LEFTALT, false);
  };
  alt_f4();
  const std::vector<KeyStep> expected = {
      {KEY_LEFTALT, 1}, {KEY_F4, 1}, {KEY_F4, 0}, {KEY_LEFTALT, 0}};
  EXPECT_EQ(keys_until_mark(), expected);
  EXPECT_TRUE(client_.process().running()) << words();
  tap(KEY_RIGHTCTRL);
  // Free again, the binding is mutter's: it closes the window.
  EXPECT_TRUE(wait_until(
      [&] {
        alt_f4();
        return client_.process().wait(300ms).has_value();
      },
      kPatience))
      << words();
}

}  // namespace
}  // namespace pierglass::test
