// SPDX-License-Identifier: GPL-2.0-or-later
// The present thread with a real connection to a fake compositor, drawn by the processor.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/app/present_bench.hpp"

namespace pierglass::app {
namespace {

using source::GuestStatus;
TEST_F(PresentThreadTest, EachThingThatAGuestTellsIsReportedOnce) {
  std::vector<GuestNews> script(1);
  const auto then = [&](auto change) { change(script.emplace_back(script.back())); };
  then([](GuestNews& news) { news.status = GuestStatus::Live; });
  then([](GuestNews& news) { news.description.system = "Windows 11"; });
  then([](GuestNews& news) { news.notice = "too little memory"; });
  then([](GuestNews& news) { news.wishes.keep_screen_on = true; });
  then([](GuestNews& news) { news.wishes.attention = 1; });
  then([](GuestNews& news) { news.status = GuestStatus::Unreadable; });
  then([](GuestNews& news) { news.error = "nonsense"; });
  start(script);
  for (std::size_t i = 1; i < script.size(); ++i) {
    guest.chosen = i;
    ASSERT_TRUE(serve_until([&] { return heard.size() == i; })) << i;
    EXPECT_EQ(heard.back().status, script[i].status) << i;
    EXPECT_EQ(heard.back().error, script[i].error) << i;
    EXPECT_EQ(heard.back().notice, script[i].notice) << i;
    EXPECT_EQ(heard.back().description, script[i].description) << i;
    EXPECT_EQ(heard.back().wishes, script[i].wishes) << i;
  }
  const std::uint64_t looks = snapshots.empty() ? 0 : snapshots.back().ladder.looks;
  ASSERT_TRUE(serve_until([&] {
    draws();
    return snapshots.back().ladder.looks > looks + 20;
  }));
  EXPECT_EQ(heard.size(), script.size() - 1) << "nothing new, nothing told";
}

TEST_F(PresentThreadTest, ACompositorThatDoesNotReadIsSentNoAnswersToItsEvents) {
  start({GuestNews{}});
  ASSERT_TRUE(serve_until([&] { return client.compositor.count("wl_surface", "attach") > 0; }));
  client.compositor.pause();
  const std::string title(1000, 'x');
  do {
    client.window->set_title(title.c_str());
  } while (client.display->flush());
  client.compositor.configure({100, 100});
  ASSERT_TRUE(serve_until([&] { return client.window->state().logical.width == 100; }));
  draws();  // the thread may have been in the middle of a step
  const std::uint64_t before = draws();
  for (std::uint32_t i = 1; i <= 100; ++i) {
    client.compositor.configure({100 + i, 100});
    ASSERT_TRUE(serve_until([&] { return client.window->state().logical.width == 100 + i; }));
    ASSERT_EQ(draws(), before);
  }
  client.compositor.resume();
  ASSERT_TRUE(serve_until([&] { return client.toplevel().pixels_size == Size{200, 100}; }))
      << "what it asked for last is answered once it reads";
}

}  // namespace
}  // namespace pierglass::app
