// SPDX-License-Identifier: GPL-2.0-or-later
#include "wl/activation.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/unit/wl/test_client.hpp"

namespace pierglass::wl::test {
namespace {

constexpr std::string_view kManager = "xdg_activation_v1";
constexpr std::string_view kToken = "xdg_activation_token_v1";

// Everything sent to the two interfaces, as "name(arguments)" without object numbers.
std::vector<std::string> activation_requests(TestClient& client) {
  std::vector<std::string> said;
  for (const Request& request : client.requests()) {
    if (request.interface != kManager && request.interface != kToken) continue;
    std::string arguments;
    bool number = false;
    for (const char one : request.arguments) {
      number = one == '#' || (number && one >= '0' && one <= '9');
      if (!number) arguments += one;
    }
    said.push_back(request.name + "(" + arguments + ")");
  }
  return said;
}

TEST(ActivationTest, ATokenOfOurOwnIsAskedForAndUsed) {
  TestClient client;
  client.open_window({.app_id = "org.example.guest"});
  Activation activation(*client.registry, *client.window);
  activation.request();
  EXPECT_TRUE(activation.under_way());
  client.settle();
  EXPECT_FALSE(activation.under_way());
  client.settle();
  const std::vector<std::string> expected = {
      "get_activation_token(new xdg_activation_token_v1)",
      "set_app_id(\"org.example.guest\")",
      "set_surface(wl_surface)",
      "commit()",
      "activate(\"token 1\", wl_surface)",
      "destroy()",
  };
  EXPECT_EQ(activation_requests(client), expected);
  EXPECT_EQ(client.toplevel().activations, 1U) << "of the window's surface";
}

TEST(ActivationTest, EachRequestHasATokenOfItsOwn) {
  TestClient client;
  client.open_window();
  Activation activation(*client.registry, *client.window);
  for (std::size_t i = 1; i <= 3; ++i) {
    activation.request();
    client.settle();
    client.settle();
    EXPECT_EQ(client.toplevel().activations, i);
  }
  EXPECT_EQ(client.compositor.count(kToken, "destroy"), 3U);
}

TEST(ActivationTest, OnlyOneRequestIsUnderWay) {
  TestClient client({.activation_tokens = Answers::Withheld});
  client.open_window();
  Activation activation(*client.registry, *client.window);
  for (int i = 0; i < 100; ++i) activation.request();
  client.settle();
  EXPECT_TRUE(activation.under_way());
  EXPECT_EQ(client.compositor.count(kManager, "get_activation_token"), 1U);
  EXPECT_EQ(client.toplevel().activations, 0U);
  client.compositor.send_activation_tokens();
  client.settle();
  client.settle();
  EXPECT_FALSE(activation.under_way());
  EXPECT_EQ(client.toplevel().activations, 1U);
}

TEST(ActivationTest, WithoutTheGlobalNothingIsSent) {
  TestClient client({.globals = all_globals_but(kManager)});
  client.open_window();
  client.settle();
  const std::size_t before = client.requests().size();
  Activation activation(*client.registry, *client.window);
  activation.request();
  activation.activate("token");
  EXPECT_FALSE(activation.under_way());
  client.settle();
  EXPECT_EQ(client.requests().size(), before + 1) << "settle()'s own";
}

TEST(ActivationTest, ATokenOfALauncherIsUsedBeforeTheFirstBuffer) {
  TestClient client;
  client.open_window();
  Activation activation(*client.registry, *client.window);
  activation.activate("from a launcher");
  client.draw();
  const std::vector<std::string> expected = {"activate(\"from a launcher\", wl_surface)"};
  EXPECT_EQ(activation_requests(client), expected);
  const auto requests = client.requests();
  EXPECT_LT(position(requests, kManager, "activate"), position(requests, "wl_surface", "attach"));
}

TEST(ActivationTest, ATokenThatCannotBeOneIsDropped) {
  TestClient client;
  client.open_window();
  Activation activation(*client.registry, *client.window);
  activation.activate("");
  activation.activate(std::string(Activation::kMaxToken + 1, 'x'));
  client.settle();
  EXPECT_EQ(client.compositor.count(kManager, "activate"), 0U);
  activation.activate(std::string(Activation::kMaxToken, 'x'));
  client.settle();
  EXPECT_EQ(client.compositor.count(kManager, "activate"), 1U);
}

TEST(ActivationTest, ItEndsWithTheAnswerStillOwed) {
  TestClient client({.activation_tokens = Answers::Withheld});
  client.open_window();
  std::optional<Activation> activation;
  activation.emplace(*client.registry, *client.window);
  activation->request();
  client.settle();
  activation.reset();
  client.compositor.send_activation_tokens();  // may cross with our goodbye
  client.window.reset();
  client.settle();  // fails after a protocol error
  const auto requests = client.requests();
  const std::size_t surface = position(requests, "wl_surface", "destroy");
  ASSERT_LT(surface, requests.size());
  EXPECT_LT(position(requests, kToken, "destroy"), surface);
  EXPECT_EQ(client.compositor.count(kManager, "activate"), 0U);
}

}  // namespace
}  // namespace pierglass::wl::test
