// SPDX-License-Identifier: GPL-2.0-or-later
#include "wl/outputs.hpp"

#include <gtest/gtest.h>

#include "tests/unit/wl/test_client.hpp"

namespace pierglass::wl::test {
namespace {

const std::vector<FakeOutput> kTwo = {
    {.name = "DP-1", .description = "Left", .mode = {2560, 1440}, .refresh_mhz = 143998},
    {.name = "HDMI-A-1", .description = "Right", .mode = {3840, 2160}, .scale = 2, .transform = 1},
};

TEST(OutputsTest, TellWhatTheCompositorSays) {
  TestClient client({.outputs = kTwo});
  Outputs& outputs = client.registry->outputs();
  EXPECT_EQ(outputs.names(), "DP-1, HDMI-A-1");
  const Output* right = outputs.find("HDMI-A-1");
  ASSERT_NE(right, nullptr);
  EXPECT_EQ(right->info().description, "Right");
  EXPECT_EQ(right->info().mode, (Size{3840, 2160}));
  EXPECT_EQ(right->info().turned_mode(), (Size{2160, 3840}));
  EXPECT_EQ(right->info().scale, 2);
  EXPECT_EQ(right->info().refresh_mhz, 60000U);
  EXPECT_EQ(outputs.find(right->proxy()), right);
  EXPECT_EQ(outputs.find("DP-1")->info().turned_mode(), (Size{2560, 1440}));
}

TEST(OutputsTest, AScaleFollowsFromTheSizeOfWhatFillsTheScreen) {
  struct Row {
    Size mode;
    std::int32_t scale;
    Transform transform;
    Size logical;
    std::uint32_t expected;
  };
  const Row rows[] = {
      {{1920, 1080}, 2, Transform::Normal, {1536, 864}, 150},
      {{1920, 1080}, 2, Transform::Rotated270, {720, 1280}, 180},
      {{1366, 768}, 2, Transform::Normal, {910, 512}, 180},     // 910.67
      {{2880, 1800}, 2, Transform::Normal, {1728, 1080}, 200},  // 1.67
      {{3840, 2160}, 3, Transform::Normal, {1706, 960}, 270},   // 1706.67
      {{1920, 1080}, 2, Transform::Normal, {960, 540}, 0},      // whole
      {{1920, 1080}, 1, Transform::Normal, {1920, 1080}, 0},
      {{1920, 1080}, 3, Transform::Normal, {1536, 864}, 0},     // which another scale belongs to
      {{1920, 1080}, 2, Transform::Normal, {1280, 864}, 0},     // which no one scale makes of it
      {{1920, 1080}, 2, Transform::Normal, {1536, 800}, 0},     // beside a panel
      {{1920, 1080}, 2, Transform::Rotated90, {1280, 720}, 0},  // not turned
      {{1920, 1080}, 2, Transform::Normal, {0, 720}, 0},
      {{0, 0}, 1, Transform::Normal, {1280, 720}, 0},
  };
  for (const Row& row : rows) {
    const OutputInfo output{.mode = row.mode, .scale = row.scale, .transform = row.transform};
    EXPECT_EQ(fractional_scale_of(output, row.logical), row.expected)
        << row.mode.width << " as " << row.logical.width << "x" << row.logical.height;
  }
}

TEST(OutputsTest, AnUnknownNameIsNotFound) {
  TestClient client({.outputs = kTwo});
  EXPECT_EQ(client.registry->outputs().find("DP-2"), nullptr);
  EXPECT_EQ(client.registry->outputs().find(""), nullptr);
}

TEST(OutputsTest, NoneIsNoError) {
  TestClient client({.outputs = {}});
  EXPECT_EQ(client.registry->outputs().names(), "");
  EXPECT_TRUE(client.registry->require());
  client.open_window({.fullscreen = true});
  client.draw();
}

TEST(OutputsTest, WithoutNamesTheyAreNumbered) {
  TestClient client({.globals = all_globals_with("wl_output", 3), .outputs = kTwo});
  EXPECT_EQ(client.registry->outputs().names(), "1, 2");
  EXPECT_EQ(client.registry->outputs().find("2")->info().description, "Fake Model");
}

TEST(OutputsTest, ALateOneIsFound) {
  TestClient client({.outputs = kTwo});
  int changes = 0;
  client.registry->outputs().on_change([&] { ++changes; });
  client.compositor.add_output({.name = "DP-3"});
  client.settle();  // the global
  client.settle();  // what it says
  EXPECT_NE(client.registry->outputs().find("DP-3"), nullptr);
  EXPECT_EQ(changes, 1);
}

TEST(OutputsTest, AChangeIsTakenWhole) {
  TestClient client({.outputs = kTwo});
  client.compositor.change_output({.name = "DP-1", .mode = {1920, 1080}, .scale = 3});
  client.settle();
  const OutputInfo& info = client.registry->outputs().find("DP-1")->info();
  EXPECT_EQ(info.mode, (Size{1920, 1080}));
  EXPECT_EQ(info.scale, 3);
}

TEST(OutputsTest, ARemovedOneIsGoneAndReleased) {
  TestClient client({.outputs = kTwo});
  std::string names_at_change;
  client.registry->outputs().on_change(
      [&] { names_at_change = client.registry->outputs().names(); });
  client.compositor.remove_output("DP-1");
  client.settle();
  EXPECT_EQ(client.registry->outputs().names(), "HDMI-A-1");
  EXPECT_EQ(names_at_change, "HDMI-A-1");
  EXPECT_TRUE(client.compositor.wait_for_request("wl_output", "release"));
}

TEST(OutputsTest, OfAnOldVersionNoReleaseIsSent) {
  TestClient client({.globals = all_globals_with("wl_output", 2), .outputs = kTwo});
  client.compositor.remove_output("DP-1");
  client.settle();
  client.settle();
  EXPECT_EQ(client.registry->outputs().all().size(), 1U);
  EXPECT_EQ(client.compositor.count("wl_output", "release"), 0U);
}

}  // namespace
}  // namespace pierglass::wl::test
