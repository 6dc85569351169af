// SPDX-License-Identifier: GPL-2.0-or-later
#include "wl/window.hpp"

#include <gtest/gtest.h>

#include "tests/unit/wl/test_client.hpp"

namespace pierglass::wl::test {
namespace {

// xdg_toplevel.state
constexpr std::uint32_t kMaximized = 1;
constexpr std::uint32_t kFullscreen = 2;
constexpr std::uint32_t kActivated = 4;
constexpr std::uint32_t kSuspended = 9;

using Serials = std::vector<std::uint32_t>;

FakeOptions without_fractional_scale() {
  return {.globals = all_globals_but("wp_fractional_scale_manager_v1")};
}

std::string arguments_of(TestClient& client, std::string_view interface, std::string_view name) {
  const auto requests = client.requests();
  const std::size_t at = position(requests, interface, name);
  return at == requests.size() ? "no such request" : requests[at].arguments;
}

TEST(WindowTest, TheFirstCommitHasNoBufferAndComesAfterAllThatDescribesTheWindow) {
  TestClient client;
  client.open_window({.title = "Guest", .app_id = "pierglass", .fullscreen = true});
  const auto requests = client.requests();
  const std::size_t commit = position(requests, "wl_surface", "commit");
  ASSERT_LT(commit, requests.size());
  EXPECT_LT(position(requests, "wl_surface", "set_opaque_region"), commit);
  EXPECT_LT(position(requests, "xdg_toplevel", "set_title"), commit);
  EXPECT_LT(position(requests, "xdg_toplevel", "set_app_id"), commit);
  EXPECT_LT(position(requests, "xdg_toplevel", "set_fullscreen"), commit);
  EXPECT_LT(position(requests, "zxdg_toplevel_decoration_v1", "set_mode"), commit);
  EXPECT_LT(position(requests, "wp_content_type_v1", "set_content_type"), commit);
  EXPECT_EQ(arguments_of(client, "zxdg_toplevel_decoration_v1", "set_mode"), "2") << "server side";
  EXPECT_EQ(arguments_of(client, "wp_content_type_v1", "set_content_type"), "3") << "game";
  EXPECT_EQ(client.compositor.count("wl_surface", "attach"), 0U);
  const ToplevelState toplevel = client.toplevel();
  EXPECT_EQ(toplevel.title, "Guest");
  EXPECT_EQ(toplevel.app_id, "pierglass");
  EXPECT_TRUE(toplevel.wants_fullscreen);
}

TEST(WindowTest, AFirstConfigureOfNoSizeLeavesTheSizeToUs) {
  TestClient client;
  client.open_window({.size = {800, 600}});
  EXPECT_EQ(client.window->state().logical, (Size{800, 600}));
  EXPECT_EQ(client.window->state().buffer, (Size{800, 600}));
  client.draw(0xff123456);
  const ToplevelState toplevel = client.toplevel();
  EXPECT_EQ(toplevel.pixels_size, (Size{800, 600}));
  EXPECT_EQ(toplevel.pixels.front(), 0xff123456);
  EXPECT_EQ(toplevel.pixels.back(), 0xff123456);
}

TEST(WindowTest, ARealSizeAfterAFirstConfigureOfNoSizeIsTaken) {
  TestClient client;
  client.open_window({.fullscreen = true, .size = {800, 600}});
  client.draw();
  const std::uint32_t serial = client.compositor.configure({1920, 1080}, {kFullscreen});
  client.settle();
  client.draw();
  const ToplevelState toplevel = client.toplevel();
  EXPECT_EQ(toplevel.commits.back().buffer, (Size{1920, 1080}));
  EXPECT_EQ(toplevel.commits.back().acks, Serials{serial});
}

TEST(WindowTest, TheSizeAskedForAtFirstIsTaken) {
  TestClient client({.first_size = {1920, 1080}, .first_states = {kFullscreen, kActivated}});
  client.open_window({.fullscreen = true});
  EXPECT_EQ(client.window->state().buffer, (Size{1920, 1080}));
  EXPECT_TRUE(client.window->state().fullscreen);
  EXPECT_TRUE(client.window->state().activated);
  EXPECT_FALSE(client.window->state().suspended);
}

TEST(WindowTest, EachAppliedConfigureIsAckedOnce) {
  TestClient client;
  client.open_window();
  for (int i = 0; i < 3; ++i) {
    client.compositor.configure({640, 480});
    client.settle();
    client.draw();
  }
  ASSERT_TRUE(client.compositor.wait_for_commits(4));
  const std::vector<Commit> commits = client.toplevel().commits;
  EXPECT_TRUE(commits[0].acks.empty());
  for (std::size_t i = 1; i < commits.size(); ++i) EXPECT_EQ(commits[i].acks.size(), 1U);
}

TEST(WindowTest, OfSeveralConfiguresOnlyTheNewestIsAcked) {
  TestClient client;
  client.open_window();
  client.compositor.configure({640, 480});
  const std::uint32_t newest = client.compositor.configure({1024, 768});
  client.settle();
  client.draw();
  const std::vector<Commit> commits = client.toplevel().commits;
  EXPECT_EQ(commits.back().acks, Serials{newest});
  EXPECT_EQ(commits.back().buffer, (Size{1024, 768}));
}

TEST(WindowTest, WithoutAChangeNothingIsApplied) {
  TestClient client;
  client.open_window();
  EXPECT_TRUE(client.window->apply_pending());
  EXPECT_FALSE(client.window->apply_pending());
  client.settle();
  EXPECT_EQ(client.compositor.count("xdg_surface", "ack_configure"), 1U);
}

TEST(WindowTest, EveryChangeIsToldAndHasAHigherGeneration) {
  TestClient client;
  client.open_window();
  EXPECT_EQ(client.window_events.states, 1);
  const std::uint64_t before = client.window->state().generation;
  client.compositor.configure({640, 480});
  client.settle();
  EXPECT_EQ(client.window_events.states, 2);
  EXPECT_GT(client.window->state().generation, before);
}

TEST(WindowTest, AFractionalScaleEnlargesTheBufferAndKeepsTheDestination) {
  TestClient client({.first_size = {1706, 960}, .first_states = {kFullscreen}});
  client.open_window();
  client.draw();
  client.compositor.preferred_scale(180);
  client.settle();
  EXPECT_EQ(client.window->state().buffer, (Size{2559, 1440}));
  client.draw();
  const Commit last = client.toplevel().commits.back();
  EXPECT_EQ(last.buffer, (Size{2559, 1440}));
  EXPECT_EQ(last.destination, (Size{1706, 960}));
  EXPECT_EQ(last.scale, 1);
  EXPECT_TRUE(last.acks.empty()) << "no configure came with it";
}

struct ScaleCase {
  std::uint32_t scale120;
  Size logical;
  Size buffer;
};

TEST(WindowTest, BufferSizesAreRoundedHalfUp) {
  const std::vector<ScaleCase> cases = {
      {120, {1366, 768}, {1366, 768}},
      {150, {1537, 865}, {1921, 1081}},  // 1921.25, 1081.25
      {180, {1281, 721}, {1922, 1082}},  // 1921.5, 1081.5
      {240, {1280, 720}, {2560, 1440}},
      {60, {1, 1}, {1, 1}},
      {30, {1, 1}, {1, 1}},  // never nothing
  };
  for (const ScaleCase& one : cases) {
    TestClient client({.first_size = one.logical});
    client.open_window();
    client.compositor.preferred_scale(one.scale120);
    client.settle();
    EXPECT_EQ(client.window->state().buffer, one.buffer) << one.scale120;
  }
}

TEST(WindowTest, AScaleBeforeTheFirstConfigureIsKept) {
  TestClient client({.first_configure = Answers::Withheld});
  client.window =
      Window::create(*client.display, *client.registry, {}, client.window_events).value();
  client.settle();
  client.compositor.preferred_scale(240);
  client.settle();
  EXPECT_FALSE(client.window->configured());
  EXPECT_FALSE(client.window->apply_pending());
  client.compositor.configure({640, 480});
  client.settle();
  EXPECT_TRUE(client.window->configured());
  EXPECT_EQ(client.window->state().buffer, (Size{1280, 960}));
}

TEST(WindowTest, WithoutAViewporterFractionalScalesAreNotUsed) {
  TestClient client({.globals = all_globals_but("wp_viewporter")});
  client.open_window();
  EXPECT_EQ(client.compositor.count("wp_fractional_scale_manager_v1", "get_fractional_scale"), 0U);
}

TEST(WindowTest, WithoutFractionalScalesTheLargestScaleOfItsOutputsCounts) {
  FakeOptions options = without_fractional_scale();
  options.outputs = {{.name = "A", .scale = 1}, {.name = "B", .scale = 2}};
  options.first_size = {640, 480};
  TestClient client(options);
  client.open_window();
  client.compositor.enter_output("A");
  client.settle();
  EXPECT_EQ(client.window->state().buffer, (Size{640, 480}));
  client.compositor.enter_output("B");
  client.settle();
  EXPECT_EQ(client.window->state().buffer, (Size{1280, 960}));
  client.draw();
  EXPECT_EQ(client.toplevel().commits.back().scale, 2);
  EXPECT_EQ(client.toplevel().commits.back().destination, Size{});
  client.compositor.leave_output("B");
  client.settle();
  EXPECT_EQ(client.window->state().buffer, (Size{640, 480}));
  client.draw();
  EXPECT_EQ(client.toplevel().commits.back().scale, 1);
}

TEST(WindowTest, WithoutFractionalScalesAFullscreenWindowFindsItsScreensScaleByItsSize) {
  FakeOptions options = without_fractional_scale();
  options.outputs = {{.name = "A", .mode = {2560, 1440}, .scale = 2, .transform = 1}};
  TestClient client(options);
  client.open_window({.fullscreen = true});
  client.draw();
  client.compositor.enter_output("A");
  client.compositor.configure({1152, 2048}, {kFullscreen});
  client.settle();
  EXPECT_EQ(client.window->state().scale120, 150U);
  EXPECT_EQ(client.window->state().buffer, (Size{1440, 2560}));
  client.draw();
  const Commit filling = client.toplevel().commits.back();
  EXPECT_EQ(filling.buffer, (Size{1440, 2560}));
  EXPECT_EQ(filling.destination, (Size{1152, 2048}));
  EXPECT_EQ(filling.scale, 1);
  client.compositor.configure({800, 600});
  client.settle();
  client.draw();
  const Commit windowed = client.toplevel().commits.back();
  EXPECT_EQ(windowed.buffer, (Size{1600, 1200}));
  EXPECT_EQ(windowed.destination, Size{});
  EXPECT_EQ(windowed.scale, 2);
}

TEST(WindowTest, AFullscreenWindowFindsItsScreensScaleAfterAnotherScreenIsGone) {
  FakeOptions options = without_fractional_scale();
  options.outputs = {{.name = "A", .mode = {2560, 1440}, .scale = 2}, {.name = "B", .scale = 1}};
  TestClient client(options);
  client.open_window({.fullscreen = true});
  client.compositor.enter_output("A");
  client.compositor.enter_output("B");
  client.compositor.configure({2048, 1152}, {kFullscreen});
  client.settle();
  EXPECT_EQ(client.window->state().scale120, 240U) << "on two screens";
  client.compositor.remove_output("B");
  client.settle();
  EXPECT_EQ(client.window->state().scale120, 150U);
}

TEST(WindowTest, AWindowThatFillsOneScreenIsToldHowItIsTurned) {
  const auto turned_by = [](TestClient& client) { return client.window->state().transform; };
  TestClient client({.outputs = {{.name = "A", .transform = 1}, {.name = "B"}}});
  client.open_window({.fullscreen = true});
  client.compositor.configure({1080, 1920}, {kFullscreen});
  client.settle();
  EXPECT_EQ(turned_by(client), Transform::Normal) << "on none yet";
  client.compositor.enter_output("A");
  client.settle();
  EXPECT_EQ(turned_by(client), Transform::Rotated90);
  EXPECT_EQ(client.window->apply_pending()->transform, Transform::Rotated90);
  client.compositor.change_output({.name = "A", .transform = 6});
  client.settle();
  EXPECT_EQ(turned_by(client), Transform::Flipped180);
  client.compositor.enter_output("B");
  client.settle();
  EXPECT_EQ(turned_by(client), Transform::Normal) << "on two";
  client.compositor.remove_output("B");
  client.settle();
  EXPECT_EQ(turned_by(client), Transform::Flipped180);
  client.compositor.change_output({.name = "A", .transform = 8});
  client.settle();
  EXPECT_EQ(turned_by(client), Transform::Normal) << "not a transform";
  client.compositor.change_output({.name = "A", .transform = 3});
  client.compositor.configure({800, 600});
  client.settle();
  EXPECT_EQ(turned_by(client), Transform::Normal) << "a window among others";
}

TEST(WindowTest, WithoutAViewporterAFullscreenWindowHasTheWholeScale) {
  TestClient client({.globals = all_globals_but("wp_viewporter"),
                     .outputs = {{.name = "A", .mode = {1920, 1080}, .scale = 2}}});
  client.open_window({.fullscreen = true});
  client.compositor.enter_output("A");
  client.compositor.configure({1280, 720}, {kFullscreen});
  client.settle();
  EXPECT_EQ(client.window->state().buffer, (Size{2560, 1440}));
  client.draw();
  EXPECT_EQ(client.toplevel().commits.back().scale, 2);
}

TEST(WindowTest, AnOutputThatChangesItsScaleOrGoesAwayChangesTheBuffer) {
  FakeOptions options = without_fractional_scale();
  options.outputs = {{.name = "A", .scale = 1}, {.name = "B", .scale = 2}};
  options.first_size = {640, 480};
  TestClient client(options);
  client.open_window();
  client.compositor.enter_output("A");
  client.compositor.enter_output("B");
  client.compositor.change_output({.name = "B", .scale = 3});
  client.settle();
  EXPECT_EQ(client.window->state().buffer, (Size{1920, 1440}));
  client.compositor.remove_output("B");
  client.settle();
  EXPECT_EQ(client.window->state().buffer, (Size{640, 480}));
  client.draw();
}

TEST(WindowTest, FullscreenGoesToTheChosenOutput) {
  TestClient client({.outputs = {{.name = "A"}, {.name = "B"}}});
  client.open_window({.fullscreen = true, .output = client.registry->outputs().find("B")->proxy()});
  EXPECT_EQ(client.toplevel().fullscreen_output, "B");
}

TEST(WindowTest, FullscreenCanBeToggledAndTheWindowsSizeComesBack) {
  TestClient client({.outputs = {{.name = "A"}}});
  client.open_window({.size = {1280, 720}});
  client.draw();
  client.compositor.configure({800, 600});
  client.settle();
  client.window->enter_fullscreen(client.registry->outputs().find("A")->proxy());
  client.settle();
  EXPECT_TRUE(client.toplevel().wants_fullscreen);
  EXPECT_EQ(client.toplevel().fullscreen_output, "A");
  client.compositor.configure({1920, 1080}, {kFullscreen});
  client.settle();
  EXPECT_TRUE(client.window->state().fullscreen);
  client.window->leave_fullscreen();
  client.settle();
  EXPECT_FALSE(client.toplevel().wants_fullscreen);
  client.compositor.configure({0, 0});
  client.settle();
  EXPECT_FALSE(client.window->state().fullscreen);
  EXPECT_EQ(client.window->state().logical, (Size{800, 600}));
}

TEST(WindowTest, AMaximizedSizeIsNotRemembered) {
  TestClient client;
  client.open_window({.size = {800, 600}});
  client.compositor.configure({1920, 1050}, {kMaximized});
  client.compositor.configure({0, 0});
  client.settle();
  EXPECT_EQ(client.window->state().logical, (Size{800, 600}));
}

TEST(WindowTest, BeingUnseenIsTold) {
  TestClient client;
  client.open_window();
  client.compositor.configure({640, 480}, {kSuspended});
  client.settle();
  EXPECT_TRUE(client.window->state().suspended);
  client.compositor.configure({640, 480}, {kActivated});
  client.settle();
  EXPECT_FALSE(client.window->state().suspended);
}

TEST(WindowTest, ACloseRequestIsTold) {
  TestClient client;
  client.open_window();
  client.compositor.close_toplevel();
  client.settle();
  EXPECT_EQ(client.window_events.closes, 1);
}

TEST(WindowTest, AbsurdSizesAndScalesAreBounded) {
  TestClient client({.first_size = {0x7fffffff, 0x7fffffff}});
  client.open_window();
  client.compositor.preferred_scale(0xffffffff);
  client.settle();
  EXPECT_EQ(client.window->state().buffer, (Size{32767 * 16, 32767 * 16}));
  client.compositor.preferred_scale(0);
  client.settle();
  EXPECT_GE(client.window->state().buffer.width, 1U);
}

TEST(WindowTest, ItEndsInAnOrderThatTheProtocolAllows) {
  TestClient client;
  client.open_window({.fullscreen = true});
  client.draw();
  client.buffers.clear();
  client.window.reset();
  client.settle();  // fails after a protocol error
  const auto requests = client.requests();
  const std::size_t surface = position(requests, "wl_surface", "destroy");
  const std::size_t toplevel = position(requests, "xdg_toplevel", "destroy");
  ASSERT_LT(surface, requests.size());
  EXPECT_LT(position(requests, "zxdg_toplevel_decoration_v1", "destroy"), toplevel);
  EXPECT_LT(toplevel, position(requests, "xdg_surface", "destroy"));
  EXPECT_LT(position(requests, "xdg_surface", "destroy"), surface);
  EXPECT_LT(position(requests, "wp_viewport", "destroy"), surface);
  EXPECT_LT(position(requests, "wp_fractional_scale_v1", "destroy"), surface);
  EXPECT_LT(position(requests, "wp_content_type_v1", "destroy"), surface);
}

}  // namespace
}  // namespace pierglass::wl::test
