// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/window_control.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/unit/app/present_bench.hpp"

namespace pierglass::app {
namespace {

struct WindowControlTest : PresentThreadTest {
  void SetUp() override {
    guest.newest = 1;
    start({GuestNews{.status = GuestStatus::Live}});
    control = WindowControl::create({.loop = *loop,
                                     .registry = *client.registry,
                                     .window = *client.window,
                                     .present = *thread},
                                    {.fullscreen = false, .output = ""})
                  .value();
    on_report = [this](const PresentThread::Report& report) { control->on_news(report); };
    client.window_events.changed = [this] {
      control->on_window();
      thread->wake();
    };
    ASSERT_TRUE(serve_until([&] { return !client.toplevel().pixels.empty(); }));
  }
  ~WindowControlTest() override {
    on_report = [](const auto&) {};
    client.window_events.changed = [] {};
    control.reset();
  }

  WindowControl::Done note(std::string word) {
    return [this, word = std::move(word)] { done.push_back(word); };
  }
  bool is_done(const std::vector<std::string>& words) {
    return serve_until([&] { return done == words; });
  }
  // Of roles, tokens and buffers, in their order.
  std::vector<std::string> story() {
    client.display->flush();
    std::vector<std::string> said;
    for (const auto& request : client.requests()) {
      if (request.name == "get_toplevel" || request.name == "activate" ||
          (request.interface == "xdg_toplevel" && request.name == "destroy")) {
        said.push_back(request.name);
      }
      const bool buffer = request.name == "attach" && request.arguments.starts_with("wl_buffer");
      if (buffer && (said.empty() || said.back() != "picture")) said.emplace_back("picture");
    }
    return said;
  }

  bool tells(const std::vector<std::string>& expected) {
    return serve_until([&] { return story() == expected; });
  }

  std::unique_ptr<WindowControl> control;
  std::vector<std::string> done;
};

TEST_F(WindowControlTest, HidesAndShowsAndSaysWhenItIsSo) {
  control->hide(note("hidden"));
  EXPECT_TRUE(is_done({"hidden"}));
  control->hide(note("again"));
  EXPECT_TRUE(is_done({"hidden", "again"})) << "nothing to do";
  control->show("", "", note("shown"));
  EXPECT_TRUE(is_done({"hidden", "again", "shown"}));
  EXPECT_TRUE(tells({"get_toplevel", "picture", "destroy", "get_toplevel", "picture"}));
}

TEST_F(WindowControlTest, ATokenIsUsedForTheNewWindowBeforeItsFirstPicture) {
  control->hide(note("hidden"));
  ASSERT_TRUE(is_done({"hidden"}));
  control->show("token", "", note("shown"));
  EXPECT_TRUE(is_done({"hidden", "shown"}));
  EXPECT_TRUE(tells({"get_toplevel", "picture", "destroy", "get_toplevel", "activate", "picture"}));
}

TEST_F(WindowControlTest, ATokenThatComesWhileTheWindowIsHidingIsNotWastedOnTheOldOne) {
  control->hide(note("hidden"));
  control->show("token", "", note("shown"));
  EXPECT_TRUE(is_done({"hidden", "shown"}));
  EXPECT_TRUE(tells({"get_toplevel", "picture", "destroy", "get_toplevel", "activate", "picture"}));
}

TEST_F(WindowControlTest, ATokenThatComesBeforeTheNewWindowIsThereIsUsedToo) {
  control->hide(note("hidden"));
  ASSERT_TRUE(is_done({"hidden"}));
  control->show("", "", note("first"));
  control->show("token", "", note("second"));
  EXPECT_TRUE(is_done({"hidden", "first", "second"}));
  EXPECT_TRUE(tells({"get_toplevel", "picture", "destroy", "get_toplevel", "activate", "picture"}));
}

TEST_F(WindowControlTest, ATokenOfAShowThatAHideOvertookIsForgotten) {
  control->hide(note("hidden"));
  control->show("token", "", note("shown"));
  control->hide(note("hidden again"));
  ASSERT_TRUE(is_done({"hidden", "shown", "hidden again"}));
  control->show("", "", note("at last"));
  EXPECT_TRUE(is_done({"hidden", "shown", "hidden again", "at last"}));
  EXPECT_TRUE(tells({"get_toplevel", "picture", "destroy", "get_toplevel", "picture"}));
}

// The fake compositor gives no focus, as one does that does not follow the token.
TEST_F(WindowControlTest, AWindowBehindIsPutOnAnewWhenTheTokenBringsItNotToTheFront) {
  control->show("token", "", note("shown"));
  EXPECT_TRUE(tells({"get_toplevel", "picture", "activate", "destroy", "get_toplevel", "picture"}));
  EXPECT_TRUE(is_done({"shown"}));
}

}  // namespace
}  // namespace pierglass::app
