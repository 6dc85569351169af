// SPDX-License-Identifier: GPL-2.0-or-later
// Both presenters on a real connection, against a compositor that keeps what it was shown.
#include <gtest/gtest.h>

#include <algorithm>

#include "gfx/create_presenter.hpp"
#include "tests/unit/gfx/picture.hpp"
#include "tests/unit/wl/test_client.hpp"

namespace pierglass::gfx::test {
namespace {

using pierglass::test::Commit;
using pierglass::test::FakeOptions;
using pierglass::test::Releases;
using pierglass::test::ToplevelState;
using wl::test::TestClient;

constexpr Size kWindow{320, 200};

NativeSurface native_of(const wl::NativeSurface& native) {
  return {native.display, native.surface, native.shm};
}

Picture shown_by(const ToplevelState& toplevel) {
  Picture picture(toplevel.pixels_size, wire::PixelFormat::Xrgb8888, 4);
  std::memcpy(picture.bytes.data(), toplevel.pixels.data(), picture.bytes.size());
  return picture;
}

class WindowTest : public ::testing::Test {
 protected:
  void open(Renderer renderer, FakeOptions options = {}) {
    client = std::make_unique<TestClient>(std::move(options));
    client->open_window({.size = kWindow});
    client->open_queue();
    auto made = create_presenter(renderer, native_of(client->queue->native()), &reason);
    ASSERT_TRUE(made) << made.error().what;
    presenter = *std::move(made);
    resize(kWindow);
  }

  void resize(Size size) {
    (void)client->window->apply_pending();
    ASSERT_TRUE(presenter->resize(size));
  }

  void upload(const Picture& picture) {
    const Rect all = full_rect(picture.size);
    ASSERT_TRUE(presenter->upload(picture.stored(), {&all, 1}));
  }

  // What has been committed so far is on the screen and its events are here.
  void settle() {
    client->settle();
    ASSERT_TRUE(client->queue->dispatch_pending());
  }

  void expect_shown(const Picture& picture, Size window, const CursorOverlay& cursor) {
    ASSERT_TRUE(presenter->draw(cursor));
    settle();
    const ToplevelState toplevel = client->toplevel();
    ASSERT_EQ(toplevel.pixels_size, window);
    const Difference wrong = difference(shown_by(toplevel), reference(picture, window, cursor));
    EXPECT_EQ(wrong.worst, 0) << wrong;
  }

  std::size_t buffer_commits() {
    const auto commits = client->toplevel().commits;
    return static_cast<std::size_t>(
        std::ranges::count_if(commits, [](const Commit& commit) { return commit.with_buffer; }));
  }

  Random random;
  std::string reason;
  std::unique_ptr<TestClient> client;
  std::unique_ptr<Presenter> presenter;
};

class EitherWindowTest : public WindowTest, public ::testing::WithParamInterface<Renderer> {
 protected:
  void SetUp() override { open(GetParam()); }
};

TEST_P(EitherWindowTest, MakingAPresenterShowsNothing) {
  settle();
  EXPECT_EQ(buffer_commits(), 0U);
}

TEST_P(EitherWindowTest, TheFirstCommitHasTheWindowsSizeAndTheMessage) {
  ASSERT_TRUE(presenter->draw_message("Waiting for the guest"));
  settle();
  EXPECT_EQ(buffer_commits(), 1U);
  const ToplevelState toplevel = client->toplevel();
  ASSERT_EQ(toplevel.pixels_size, kWindow);
  const auto is = [&](std::uint32_t colour) {
    return std::ranges::count_if(toplevel.pixels,
                                 [&](std::uint32_t pixel) { return (pixel & 0xffffff) == colour; });
  };
  EXPECT_GT(is(0xffffff), 100);
  EXPECT_EQ(is(0xffffff) + is(0), static_cast<std::int64_t>(kWindow.area()));
}

TEST_P(EitherWindowTest, PictureAndPointerAreExactOneToOne) {
  const Picture picture = random_picture(kWindow, wire::PixelFormat::Xrgb8888, random);
  const pixel::CursorImage image = random_pointer(wire::CursorType::MaskedColour, {32, 32}, random);
  upload(picture);
  expect_shown(picture, kWindow, {&image, 1, {100, 100}});
  expect_shown(picture, kWindow, {&image, 1, {110, 90}});
  expect_shown(picture, kWindow, {});
}

TEST_P(EitherWindowTest, EachDrawIsOneCommit) {
  upload(random_picture(kWindow, wire::PixelFormat::Xrgb8888, random));
  for (std::size_t drawn = 1; drawn <= 5; ++drawn) {
    ASSERT_TRUE(presenter->draw({}));
    settle();
    EXPECT_EQ(buffer_commits(), drawn);
  }
}

TEST_P(EitherWindowTest, AResizeTakesEffectWithTheNextCommit) {
  const Picture picture = random_picture({300, 200}, wire::PixelFormat::Xrgb8888, random);
  upload(picture);
  expect_shown(picture, kWindow, {});
  for (const Size window : {Size{300, 210}, Size{400, 200}, Size{300, 200}}) {
    resize(window);
    expect_shown(picture, window, {});
  }
}

TEST_P(EitherWindowTest, ALostCompositorEndsInAnErrorThatSaysSo) {
  upload(random_picture(kWindow, wire::PixelFormat::Xrgb8888, random));
  ASSERT_TRUE(presenter->draw({}));
  client->compositor.disconnect_clients();
  Result<DrawStats> drawn = presenter->draw({});
  for (int i = 0; i < 10 && drawn; ++i) drawn = presenter->draw({});
  ASSERT_FALSE(drawn);
  EXPECT_EQ(drawn.error().code, ErrorCode::Lost);
}

// No driver has textures of that size; window buffers do not depend on the picture's.
TEST_P(EitherWindowTest, AnEnormousPictureIsShownOrRefusedAndTheNextOneIsShown) {
  const Picture usual = random_picture(kWindow, wire::PixelFormat::Xrgb8888, random);
  upload(usual);
  const Picture enormous({100'000, 16});
  const Rect all = full_rect(enormous.size);
  const Result<UploadStats> stats = presenter->upload(enormous.image(), {&all, 1});
  if (GetParam() == Renderer::Gl) {
    ASSERT_FALSE(stats);
    EXPECT_EQ(stats.error().code, ErrorCode::TooLarge);
    EXPECT_EQ(presenter->draw({}).error().code, ErrorCode::NotReady);
  } else {
    ASSERT_TRUE(stats);
    EXPECT_TRUE(presenter->draw({}));
  }
  settle();
  EXPECT_TRUE(presenter->draw_message("too large"));
  settle();
  upload(usual);
  expect_shown(usual, kWindow, {});
}

// What direct scan-out asks for: bars around the picture are of the same buffer, and nothing shines
// through.
TEST_P(EitherWindowTest, ALetterboxIsDrawnIntoTheOneOpaqueSurface) {
  const Picture picture = random_picture({160, 200}, wire::PixelFormat::Xrgb8888, random);
  upload(picture);
  expect_shown(picture, kWindow, {});
  const auto row = client->toplevel().pixels;
  EXPECT_EQ(row.front() & 0xffffff, 0U) << "a bar";
  auto& compositor = client->compositor;
  EXPECT_EQ(compositor.count("wl_compositor", "create_surface"), 1U);
  EXPECT_EQ(compositor.count("wl_surface", "set_opaque_region"), 1U);
  const auto requests = client->requests();
  const auto added = wl::test::position(requests, "wl_region", "add");
  ASSERT_LT(added, requests.size());
  EXPECT_EQ(requests[added].arguments, "0, 0, 2147483647, 2147483647") << "whatever its size";
}

// The surface takes one tearing control; the second would end the connection.
TEST_P(EitherWindowTest, TearingIsLeftToTheCallerBySomebodyWhoDoesNotTouchIt) {
  const Picture picture = random_picture(kWindow, wire::PixelFormat::Xrgb8888, random);
  upload(picture);
  expect_shown(picture, kWindow, {});
  ASSERT_TRUE(presenter->leaves_tearing());
  EXPECT_EQ(client->compositor.count("wp_tearing_control_manager_v1", "get_tearing_control"), 0U);
  for (const bool allowed : {true, false}) {
    ASSERT_TRUE(client->queue->allow_tearing(allowed));
    expect_shown(picture, kWindow, {});
    EXPECT_EQ(client->toplevel().commits.back().tearing, allowed);
  }
}

INSTANTIATE_TEST_SUITE_P(Presenters, EitherWindowTest,
                         ::testing::Values(Renderer::Gl, Renderer::Shm), [](const auto& renderer) {
                           return renderer.param == Renderer::Gl ? "Gl" : "Shm";
                         });

struct ShmDamageTest : WindowTest {
  static constexpr Rect kPart{17, 30, 40, 5};

  // A picture of this size is shown, then kPart of it again.
  std::vector<Rect> damage_of_part(Size size) {
    open(Renderer::Shm);
    const Picture picture = random_picture(size, wire::PixelFormat::Xrgb8888, random);
    upload(picture);
    EXPECT_TRUE(presenter->draw({}));
    settle();
    EXPECT_EQ(client->toplevel().commits.back().damage, std::vector{full_rect(kWindow)});
    EXPECT_TRUE(presenter->upload(picture.stored(), {&kPart, 1}));
    EXPECT_TRUE(presenter->draw({}));
    settle();
    return client->toplevel().commits.back().damage;
  }
};

TEST_F(ShmDamageTest, TellsTheCompositorExactlyWhatChanged) {
  EXPECT_EQ(damage_of_part(kWindow), std::vector{kPart});
}

TEST_F(ShmDamageTest, IsNotOfTheBarsAroundWhatChanged) {
  constexpr std::uint32_t kBar = (kWindow.width - 160) / 2;
  EXPECT_EQ(damage_of_part({160, 200}), (std::vector{Rect{kBar + 17, 30, 40, 5}}));
}

TEST_F(WindowTest, ShmMakesAsManyBuffersAsTheCompositorHoldsAndOne) {
  for (const auto& [releases, buffers] :
       {std::pair{Releases::WithCommit, 1U}, std::pair{Releases::WithNextCommit, 2U}}) {
    presenter.reset();
    open(Renderer::Shm, {.releases = releases});
    for (int i = 0; i < 6; ++i) {
      const Picture picture = random_picture(kWindow, wire::PixelFormat::Xrgb8888, random);
      upload(picture);
      expect_shown(picture, kWindow, {});
    }
    EXPECT_EQ(client->compositor.count("wl_shm_pool", "create_buffer"), buffers);
  }
}

TEST_F(WindowTest, AutoTakesGlOnlyFromAGpuAndSaysWhyNot) {
  open(Renderer::Auto);
  if (presenter->name() == "gl") {
    EXPECT_EQ(reason, "");
  } else {
    EXPECT_EQ(presenter->name(), "shm");
    EXPECT_NE(reason, "");
  }
  const Picture picture = random_picture(kWindow, wire::PixelFormat::Xrgb8888, random);
  upload(picture);
  expect_shown(picture, kWindow, {});
}

}  // namespace
}  // namespace pierglass::gfx::test
