// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/desktop.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "tests/unit/wl/test_client.hpp"

namespace pierglass::app {
namespace {

using source::GuestStatus;
using wl::test::TestClient;

constexpr std::uint32_t kSuspended = 9;  // xdg_toplevel.state

GuestNews live(const std::string& system = "Windows 11") {
  return {.status = GuestStatus::Live, .description = {.system = system}};
}

struct DesktopTest : testing::Test {
  TestClient client;
  std::optional<Desktop> desktop;

  DesktopTest() {
    client.open_window();
    desktop.emplace(*client.display, *client.registry, *client.window);
  }
  test::ToplevelState told() {
    client.settle();
    client.settle();  // what the first one's answers led to
    return client.toplevel();
  }
  test::ToplevelState after(const GuestNews& news) {
    desktop->on_guest(news);
    return told();
  }
  void show(std::vector<std::uint32_t> states) {
    client.compositor.configure({640, 480}, std::move(states));
    client.settle();
    desktop->refresh();
  }
};

TEST_F(DesktopTest, TheTitleFollowsTheGuest) {
  EXPECT_EQ(told().title, "Pierglass");
  EXPECT_EQ(after(live()).title, "Pierglass: Windows 11");
  GuestNews short_of_memory = live();
  short_of_memory.notice = "too little memory";
  EXPECT_EQ(after(short_of_memory).title, "Pierglass: Windows 11 - too little memory");
  EXPECT_EQ(after(live()).title, "Pierglass: Windows 11");
  EXPECT_EQ(after({}).title, "Pierglass");
}

TEST_F(DesktopTest, TheSameTitleIsSentOnce) {
  const std::size_t before = client.compositor.count("xdg_toplevel", "set_title");
  after(live());
  GuestNews calling = live();
  calling.wishes.attention = 1;
  after(calling);
  desktop->refresh();
  told();
  EXPECT_EQ(client.compositor.count("xdg_toplevel", "set_title"), before + 1);
}

TEST_F(DesktopTest, TheScreenStaysOnWhileALiveGuestWishesIt) {
  GuestNews film = live();
  EXPECT_EQ(after(film).idle_inhibitors, 0U);
  film.wishes.keep_screen_on = true;
  EXPECT_EQ(after(film).idle_inhibitors, 1U);
  film.status = GuestStatus::Silent;
  EXPECT_EQ(after(film).idle_inhibitors, 0U);
  film.status = GuestStatus::Live;
  EXPECT_EQ(after(film).idle_inhibitors, 1U);
  film.wishes.keep_screen_on = false;
  EXPECT_EQ(after(film).idle_inhibitors, 0U);
}

TEST_F(DesktopTest, AWindowThatNobodySeesKeepsNoScreenOn) {
  GuestNews film = live();
  film.wishes.keep_screen_on = true;
  EXPECT_EQ(after(film).idle_inhibitors, 1U);
  show({kSuspended});
  EXPECT_EQ(told().idle_inhibitors, 0U);
  show({});
  EXPECT_EQ(told().idle_inhibitors, 1U);
}

TEST_F(DesktopTest, EachGrowthOfTheCounterCallsTheUser) {
  GuestNews guest = live();
  EXPECT_EQ(after(guest).activations, 0U);
  guest.wishes.attention = 1;
  EXPECT_EQ(after(guest).activations, 1U);
  guest.notice = "something else";
  EXPECT_EQ(after(guest).activations, 1U);
  guest.wishes.attention = 5;
  EXPECT_EQ(after(guest).activations, 2U);
  guest.wishes.attention = 0;  // a successor
  EXPECT_EQ(after(guest).activations, 2U);
  guest.wishes.attention = 1;
  EXPECT_EQ(after(guest).activations, 3U);
}

TEST_F(DesktopTest, AGuestThatDoesNotAnswerCallsNobody) {
  GuestNews guest = live();
  guest.status = GuestStatus::Silent;
  guest.wishes.attention = 1;
  EXPECT_EQ(after(guest).activations, 0U);
  guest.status = GuestStatus::Live;
  EXPECT_EQ(after(guest).activations, 0U) << "that call is over";
}

TEST_F(DesktopTest, ARestlessGuestAndAFrozenCompositorEndNothing) {
  client.compositor.pause();
  GuestNews guest = live();
  const std::string long_name(150, 'x');
  for (std::uint32_t i = 1; i <= 5000; ++i) {
    guest.description.system = long_name + std::to_string(i);
    guest.wishes = {.keep_screen_on = i % 2 == 0, .attention = i};
    desktop->on_guest(guest);
  }
  EXPECT_FALSE(client.display->flush()) << "otherwise this shows nothing";
  client.compositor.resume();
  client.settle();
  desktop->refresh();
  const test::ToplevelState state = told();
  EXPECT_TRUE(state.title.ends_with("x5000")) << state.title;
  EXPECT_EQ(state.idle_inhibitors, 1U);
  EXPECT_GE(state.activations, 1U);
}

TEST(DesktopWithLittle, NothingButTheTitleIsToldWhereTheCompositorKnowsNoMore) {
  auto globals = test::all_globals_but("xdg_activation_v1");
  std::erase_if(globals, [](const auto& one) { return one.interface.starts_with("zwp_idle"); });
  TestClient client({.globals = globals});
  client.open_window();
  Desktop desktop(*client.display, *client.registry, *client.window);
  GuestNews guest = live();
  guest.wishes = {.keep_screen_on = true, .attention = 1};
  desktop.on_guest(guest);
  client.settle();
  EXPECT_EQ(client.toplevel().title, "Pierglass: Windows 11");
}

TEST_F(DesktopTest, AFullscreenGuestThatMovesKeepsTheScreenOn) {
  constexpr std::uint32_t kFullscreen = 2;  // xdg_toplevel.state
  GuestNews moving = live();
  moving.moving = true;
  EXPECT_EQ(after(moving).idle_inhibitors, 0U) << "in a window";
  show({kFullscreen});
  EXPECT_EQ(told().idle_inhibitors, 1U);
  EXPECT_EQ(after(live()).idle_inhibitors, 0U) << "once its picture stands still";
  EXPECT_EQ(after(moving).idle_inhibitors, 1U);
  moving.status = GuestStatus::Silent;
  EXPECT_EQ(after(moving).idle_inhibitors, 0U);
}

}  // namespace
}  // namespace pierglass::app
