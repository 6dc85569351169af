// SPDX-License-Identifier: GPL-2.0-or-later
#include "wl/idle_inhibitor.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/wl/test_client.hpp"

namespace pierglass::wl::test {
namespace {

constexpr std::string_view kManager = "zwp_idle_inhibit_manager_v1";
constexpr std::string_view kInhibitor = "zwp_idle_inhibitor_v1";

TEST(IdleInhibitorTest, ItExistsOnlyWhileWanted) {
  TestClient client;
  client.open_window();
  IdleInhibitor inhibitor(*client.registry, *client.window);
  client.settle();
  EXPECT_EQ(client.toplevel().idle_inhibitors, 0U);
  inhibitor.set(true);
  client.settle();
  EXPECT_EQ(client.toplevel().idle_inhibitors, 1U) << "on the window's surface";
  inhibitor.set(false);
  client.settle();
  EXPECT_EQ(client.toplevel().idle_inhibitors, 0U);
  inhibitor.set(true);
  client.settle();
  EXPECT_EQ(client.toplevel().idle_inhibitors, 1U);
}

TEST(IdleInhibitorTest, WantingItTwiceSendsNothingMore) {
  TestClient client;
  client.open_window();
  IdleInhibitor inhibitor(*client.registry, *client.window);
  for (const bool wanted : {false, true, true, false, false}) inhibitor.set(wanted);
  client.settle();
  EXPECT_EQ(client.compositor.count(kManager, "create_inhibitor"), 1U);
  EXPECT_EQ(client.compositor.count(kInhibitor, "destroy"), 1U);
}

TEST(IdleInhibitorTest, ItIsNoCommitOfTheSurface) {
  TestClient client;
  client.open_window();
  client.draw();
  const std::size_t before = client.toplevel().commits.size();
  IdleInhibitor inhibitor(*client.registry, *client.window);
  inhibitor.set(true);
  inhibitor.set(false);
  client.settle();
  EXPECT_EQ(client.toplevel().commits.size(), before);
}

TEST(IdleInhibitorTest, WithoutTheGlobalNothingIsSent) {
  TestClient client({.globals = all_globals_but(kManager)});
  client.open_window();
  client.settle();
  const std::size_t before = client.requests().size();
  IdleInhibitor inhibitor(*client.registry, *client.window);
  inhibitor.set(true);
  EXPECT_TRUE(inhibitor.wanted());
  inhibitor.set(false);
  client.settle();
  EXPECT_EQ(client.requests().size(), before + 1) << "settle()'s own";
}

TEST(IdleInhibitorTest, ItEndsBeforeTheWindowsSurface) {
  TestClient client;
  client.open_window();
  {
    IdleInhibitor inhibitor(*client.registry, *client.window);
    inhibitor.set(true);
    client.settle();
  }
  client.window.reset();
  client.settle();
  const auto requests = client.requests();
  const std::size_t surface = position(requests, "wl_surface", "destroy");
  ASSERT_LT(surface, requests.size());
  EXPECT_LT(position(requests, kInhibitor, "destroy"), surface);
}

}  // namespace
}  // namespace pierglass::wl::test
