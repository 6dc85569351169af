// SPDX-License-Identifier: GPL-2.0-or-later
#include "wl/pointer_image.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/wl/seat_client.hpp"
#include "wl/arrow.hpp"

namespace pierglass::wl::test {
namespace {

std::vector<std::uint32_t> filled(Size size, std::uint32_t colour) {
  return std::vector<std::uint32_t>(size.area(), colour);
}

struct PointerImageTest : testing::Test {
  std::unique_ptr<SeatClient> client;

  void open(FakeOptions options = {.seats = {kBothDevices}}) {
    client = std::make_unique<SeatClient>(std::move(options));
  }
  PointerImage& image() const { return client->seat->pointer_image(); }
  bool set(Size size, std::uint32_t colour, Point hot_spot = {}, std::uint32_t scale120 = 120) {
    pixels_ = filled(size, colour);
    return image()
        .set({.pixels = pixels_, .size = size, .hot_spot = hot_spot}, scale120)
        .has_value();
  }
  std::uint32_t enter() const {
    const std::uint32_t serial = client->fake.pointer_enter({1, 2});
    client->settle();
    client->settle();
    return serial;
  }
  FakePointerImage shown() const {
    client->settle();
    return client->fake.state().image;
  }

 private:
  std::vector<std::uint32_t> pixels_;
};

TEST_F(PointerImageTest, AtFirstThereIsTheDesktopsPointerWithoutAnImageOfOurs) {
  open();
  const std::uint32_t serial = enter();
  EXPECT_EQ(shown().serial, serial);
  EXPECT_EQ(shown().shape, 1U);
  EXPECT_FALSE(shown().shown);
  EXPECT_FALSE(image().hidden());
  EXPECT_EQ(client->compositor.count("wl_pointer", "set_cursor"), 0U);
}

TEST_F(PointerImageTest, TheDesktopsPointerImagesOfOursAndNothingReplaceEachOther) {
  open();
  enter();
  ASSERT_TRUE(set({32, 32}, 0xff0000ff));
  EXPECT_EQ(shown().shape, 0U);
  EXPECT_EQ(shown().pixels, filled({32, 32}, 0xff0000ff));
  ASSERT_TRUE(image().set_arrow(120));
  ASSERT_TRUE(image().set_arrow(180));
  EXPECT_EQ(shown().shape, 1U);
  EXPECT_EQ(client->compositor.count("wp_cursor_shape_device_v1", "set_shape"), 2U);
  ASSERT_TRUE(set({32, 32}, 0xff0000ff));
  EXPECT_EQ(shown().pixels, filled({32, 32}, 0xff0000ff)) << "the one of before";
  ASSERT_TRUE(image().set_arrow(120));
  image().hide();
  EXPECT_TRUE(image().hidden());
  EXPECT_EQ(shown().shape, 0U);
  EXPECT_FALSE(shown().shown);
}

TEST_F(PointerImageTest, APointerThatComesBackHasTheDesktopsLookAgain) {
  open();
  enter();
  client->fake.pointer_leave();
  client->fake.set_capabilities(true, false);
  client->settle();
  client->fake.set_capabilities(true, true);
  client->settle();
  const std::uint32_t serial = enter();
  EXPECT_EQ(shown().serial, serial);
  EXPECT_EQ(shown().shape, 1U);
}

TEST_F(PointerImageTest, WithoutNamedLooksThereIsAnArrowAtFirst) {
  open({.globals = all_globals_but("wp_cursor_shape_manager_v1"), .seats = {kBothDevices}});
  const std::uint32_t serial = enter();
  const FakePointerImage seen = shown();
  EXPECT_TRUE(seen.shown);
  EXPECT_EQ(seen.serial, serial);
  const Arrow arrow = draw_arrow(120);
  EXPECT_EQ(seen.buffer, arrow.size);
  EXPECT_EQ(seen.pixels, arrow.pixels);
  EXPECT_EQ(seen.hot_spot, arrow.hot_spot);
}

TEST_F(PointerImageTest, ThePictureIsShownFromThePointersEnterOn) {
  open();
  ASSERT_TRUE(set({32, 16}, 0x80402010, {3, 4}));
  client->settle();
  EXPECT_EQ(client->compositor.count("wl_pointer", "set_cursor"), 0U);
  const std::uint32_t serial = enter();
  const FakePointerImage seen = shown();
  EXPECT_EQ(seen.serial, serial);
  EXPECT_EQ(seen.hot_spot, (Point{3, 4}));
  EXPECT_EQ(seen.buffer, (Size{32, 16}));
  EXPECT_EQ(seen.destination, (Size{32, 16}));
  EXPECT_EQ(seen.pixels, filled({32, 16}, 0x80402010));
}

TEST_F(PointerImageTest, ANewPictureIsShownAtOnceAndTheSameOneCostsNothing) {
  open();
  enter();
  ASSERT_TRUE(set({32, 32}, 0xff0000ff));
  client->settle();
  const std::size_t before = client->requests().size();
  ASSERT_TRUE(set({32, 32}, 0xff0000ff));
  client->settle();
  EXPECT_EQ(client->requests().size(), before + 1) << "settle()'s own";
  ASSERT_TRUE(set({32, 32}, 0xff00ff00));
  EXPECT_EQ(shown().pixels, filled({32, 32}, 0xff00ff00));
}

TEST_F(PointerImageTest, AnotherHotSpotOfTheSamePictureIsFollowed) {
  open();
  enter();
  ASSERT_TRUE(set({32, 32}, 0xff0000ff, {1, 1}));
  ASSERT_TRUE(set({32, 32}, 0xff0000ff, {2, 3}));
  EXPECT_EQ(shown().hot_spot, (Point{2, 3}));
}

TEST_F(PointerImageTest, ItIsShownAgainAtEachEnterWithTheNewSerial) {
  open();
  ASSERT_TRUE(set({8, 8}, 0xff0000ff));
  const std::uint32_t first = enter();
  client->fake.pointer_leave();
  client->settle();
  ASSERT_TRUE(set({8, 8}, 0xff00ff00));
  client->settle();
  EXPECT_EQ(shown().serial, first) << "nothing is sent while it is elsewhere";
  const std::uint32_t second = enter();
  const FakePointerImage seen = shown();
  EXPECT_EQ(seen.serial, second);
  EXPECT_EQ(seen.pixels, filled({8, 8}, 0xff00ff00));
}

TEST_F(PointerImageTest, HidingIsAnImageOfNothingAndLasts) {
  open();
  enter();
  image().hide();
  image().hide();
  EXPECT_TRUE(image().hidden());
  EXPECT_FALSE(shown().shown);
  EXPECT_EQ(client->compositor.count("wl_pointer", "set_cursor"), 1U);
  client->fake.pointer_leave();
  const std::uint32_t serial = enter();
  EXPECT_FALSE(shown().shown);
  EXPECT_EQ(shown().serial, serial);
  ASSERT_TRUE(set({8, 8}, 0xff0000ff));
  EXPECT_TRUE(shown().shown);
}

TEST_F(PointerImageTest, APictureThatWasHiddenIsShownWithItsBufferAgain) {
  open();
  enter();
  ASSERT_TRUE(set({8, 8}, 0xff0000ff));
  const std::size_t before = shown().commits;
  image().hide();
  client->settle();
  ASSERT_TRUE(set({8, 8}, 0xff0000ff));
  const FakePointerImage seen = shown();
  EXPECT_TRUE(seen.shown);
  EXPECT_EQ(seen.commits, before + 1);
}

TEST_F(PointerImageTest, WithAViewporterAnyScaleIsFollowed) {
  open();
  enter();
  ASSERT_TRUE(set({48, 48}, 0xff0000ff, {15, 16}, 180));
  const FakePointerImage seen = shown();
  EXPECT_EQ(seen.buffer, (Size{48, 48}));
  EXPECT_EQ(seen.destination, (Size{32, 32}));
  EXPECT_EQ(seen.hot_spot, (Point{10, 10}));
  ASSERT_TRUE(set({1, 1}, 0xff0000ff, {}, 1920));
  EXPECT_EQ(shown().destination, (Size{1, 1})) << "never nothing";
}

TEST_F(PointerImageTest, WithoutAViewporterWholeScalesThatDivideItAreFollowed) {
  open({.globals = all_globals_but("wp_viewporter"), .seats = {kBothDevices}});
  enter();
  ASSERT_TRUE(set({48, 32}, 0xff0000ff, {14, 6}, 240));
  FakePointerImage seen = shown();
  EXPECT_EQ(seen.scale, 2);
  EXPECT_EQ(seen.hot_spot, (Point{7, 3}));
  for (const auto& [size, scale] :
       {std::pair(Size{48, 33}, 240U), std::pair(Size{48, 48}, 180U), std::pair(Size{9, 9}, 60U)}) {
    ASSERT_TRUE(set(size, 0xff0000ff, {4, 6}, scale));
    seen = shown();
    EXPECT_EQ(seen.scale, 1) << scale;
    EXPECT_EQ(seen.hot_spot, (Point{4, 6})) << scale;
  }
}

TEST_F(PointerImageTest, ABufferThatTheCompositorReadsIsNotWritten) {
  open({.seats = {kBothDevices}, .releases = Releases::WithNextCommit});
  enter();
  for (std::uint32_t i = 0; i < 20; ++i) {
    ASSERT_TRUE(set({16, 16}, 0xff000000 | i));
    ASSERT_TRUE(set({16, 16}, 0xff000100 | i));  // before the first one's release was heard
    EXPECT_EQ(shown().pixels, filled({16, 16}, 0xff000100 | i));
  }
  EXPECT_LE(client->compositor.count("wl_shm", "create_pool"), 6U) << "buffers are used again";
}

TEST_F(PointerImageTest, ABufferWhoseReleaseWasNotHeardIsNotFree) {
  open();
  enter();
  client->settle();
  const std::size_t before = client->compositor.count("wl_shm_pool", "create_buffer");
  for (std::uint32_t i = 0; i < 5; ++i) ASSERT_TRUE(set({16, 16}, 0xff000000 | i));
  client->settle();
  EXPECT_EQ(client->compositor.count("wl_shm_pool", "create_buffer"), before + 5);
  for (std::uint32_t i = 5; i < 7; ++i) ASSERT_TRUE(set({16, 16}, 0xff000000 | i));
  client->settle();
  EXPECT_EQ(client->compositor.count("wl_shm_pool", "create_buffer"), before + 5);
}

TEST_F(PointerImageTest, SizesThatChangeDoNotGatherBuffers) {
  open();
  enter();
  for (std::uint32_t side = 1; side <= 40; ++side) {
    ASSERT_TRUE(set({side, side}, 0xff0000ff));
    client->settle();
  }
  client->settle();
  EXPECT_GE(client->compositor.count("wl_buffer", "destroy") + 4,
            client->compositor.count("wl_shm_pool", "create_buffer"));
}

TEST_F(PointerImageTest, ABadPictureIsRefusedAndTheFormerOneStays) {
  open();
  enter();
  ASSERT_TRUE(set({8, 8}, 0xff0000ff));
  const std::vector<std::uint32_t> pixels(16);
  EXPECT_EQ(image().set({.pixels = pixels, .size = {4, 5}}, 120).error().code,
            ErrorCode::InvalidArgument);
  EXPECT_EQ(image().set({.pixels = pixels, .size = {4, 4}}, 0).error().code,
            ErrorCode::InvalidArgument);
  EXPECT_EQ(image().set({}, 120).error().code, ErrorCode::InvalidArgument);
  const std::vector<std::uint32_t> wide(5000);
  EXPECT_EQ(image().set({.pixels = wide, .size = {5000, 1}}, 120).error().code,
            ErrorCode::TooLarge);
  EXPECT_EQ(shown().pixels, filled({8, 8}, 0xff0000ff));
}

TEST_F(PointerImageTest, ItCommitsItsOwnSurfaceOnly) {
  open();
  client->draw();
  const std::size_t before = client->toplevel().commits.size();
  enter();
  image().hide();
  ASSERT_TRUE(set({8, 8}, 0xff0000ff));
  client->settle();
  EXPECT_EQ(client->toplevel().commits.size(), before);
}

TEST_F(PointerImageTest, APointerThatIsReplacedGetsTheImage) {
  open();
  enter();
  client->fake.set_capabilities(true, false);
  client->settle();
  ASSERT_TRUE(set({8, 8}, 0xff0000ff));
  client->settle();
  client->fake.set_capabilities(true, true);
  client->settle();
  client->settle();
  const std::uint32_t serial = enter();
  EXPECT_EQ(shown().serial, serial);
  EXPECT_EQ(shown().pixels, filled({8, 8}, 0xff0000ff));
}

TEST(ArrowTest, ItIsAWhiteArrowWithABlackEdgeOnNothing) {
  for (const std::uint32_t scale120 : {120U, 150U, 240U, 360U}) {
    const Arrow arrow = draw_arrow(scale120);
    ASSERT_EQ(arrow.pixels.size(), arrow.size.area());
    EXPECT_EQ(arrow.size.width, (14 * scale120 + 60) / 120);
    const auto at = [&](double x, double y) {
      const double scale = scale120 / 120.0;
      return arrow.pixels[static_cast<std::size_t>(y * scale) * arrow.size.width +
                          static_cast<std::size_t>(x * scale)];
    };
    EXPECT_EQ(at(3.5, 9), 0xffffffff) << "inside";
    EXPECT_EQ(at(13, 1), 0U) << "outside";
    EXPECT_GT(at(1, 8) >> 24, 0x70U) << "edge";
    EXPECT_LE(at(1, 8) & 0xff, 0x80U) << "edge";
    EXPECT_NE(at(arrow.hot_spot.x * 120.0 / scale120, arrow.hot_spot.y * 120.0 / scale120) >> 24,
              0U)
        << "the tip";
    EXPECT_TRUE(std::ranges::all_of(arrow.pixels, [](std::uint32_t pixel) {
      return (pixel & 0xff) <= pixel >> 24;
    })) << "premultiplied";
  }
}

TEST(ArrowTest, AbsurdScalesAreBounded) {
  EXPECT_EQ(draw_arrow(0).size, draw_arrow(120).size);
  EXPECT_EQ(draw_arrow(0xffffffff).size, (Size{14 * 16, 20 * 16}));
}

}  // namespace
}  // namespace pierglass::wl::test
