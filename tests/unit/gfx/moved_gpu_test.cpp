// SPDX-License-Identifier: GPL-2.0-or-later
// A driver that is started anew under a picture, since its GPU was lost or the compositor moved.
#include <gtest/gtest.h>

#include <cstring>

#include "gfx/create_presenter.hpp"
#include "tests/unit/gfx/picture.hpp"
#include "tests/unit/gfx/refusing_driver.hpp"
#include "tests/unit/gfx/swapchain_bench.hpp"
#include "tests/unit/wl/test_client.hpp"

namespace pierglass::gfx::test {
namespace {

constexpr Size kWindow{320, 200};

class MovedGpu : public ::testing::Test {
 protected:
  MovedGpu() {
    client_.open_window({.size = kWindow});
    client_.open_queue();
    const wl::NativeSurface native = client_.queue->native();
    auto made = create_presenter(Renderer::Gl, {.display = native.display,
                                                .surface = native.surface,
                                                .shm = native.shm,
                                                .dmabufs = &offers_});
    EXPECT_TRUE(made);
    presenter_ = *std::move(made);
    (void)client_.window->apply_pending();
    EXPECT_TRUE(presenter_->resize(kWindow));
  }

  void upload() {
    picture_ = random_picture(kWindow, wire::PixelFormat::Xrgb8888, random_);
    const Rect all = full_rect(kWindow);
    ASSERT_TRUE(presenter_->upload(picture_.stored(), {&all, 1}));
  }
  void draw_and_compare() {
    const auto drawn = presenter_->draw({});
    ASSERT_TRUE(drawn) << drawn.error().what;
    client_.settle();
    const auto toplevel = client_.toplevel();
    ASSERT_EQ(toplevel.pixels_size, kWindow);
    Picture shown(kWindow, wire::PixelFormat::Xrgb8888, 4);
    std::memcpy(shown.bytes.data(), toplevel.pixels.data(), shown.bytes.size());
    const Difference wrong = difference(shown, reference(picture_, kWindow, {}));
    EXPECT_EQ(wrong.worst, 0) << wrong;
    EXPECT_EQ(toplevel.commits.back().transform, 0);
  }
  // What the next draw says, when the driver ends in it.
  ErrorCode draw_in_vain() {
    const HostTime began = HostClock::now();
    const auto drawn = presenter_->draw({});
    const auto took =
        std::chrono::duration_cast<std::chrono::milliseconds>(HostClock::now() - began);
    RecordProperty("milliseconds", static_cast<int>(took.count()));
    return drawn ? ErrorCode::InvalidArgument : drawn.error().code;
  }

  Random random_;
  FakeOffers offers_;
  wl::test::TestClient client_;
  std::unique_ptr<Presenter> presenter_;
  Picture picture_;
};

TEST_F(MovedGpu, TheDriverIsStartedAnewWhereTheCompositorMoves) {
  upload();
  draw_and_compare();
  for (const std::uint64_t device : {1u, 2u}) {
    offers_.change(BufferOffer{.device = device, .tranches = {}});
    EXPECT_EQ(draw_in_vain(), ErrorCode::Stale);
    upload();
    draw_and_compare();
  }
  EXPECT_EQ(presenter_->name(), "gl");
  EXPECT_NE(presenter_->device().find("the compositor draws with another GPU now"),
            std::string_view::npos);
}

TEST_F(MovedGpu, OneThatIsLostIsStartedAnewAndGivenUpForWlShmInTheEnd) {
  for (const char* name : {"gl", "gl", "shm"}) {
    upload();
    presenter_->set_transform(Transform::Normal);
    draw_and_compare();
    EXPECT_EQ(presenter_->name(), name);
    const RefusingDriver driver({.swaps = EGL_CONTEXT_LOST});
    if (presenter_->name() == "gl") {
      EXPECT_EQ(draw_in_vain(), ErrorCode::Stale);
    }
  }
  EXPECT_EQ(presenter_->device(),
            "wl_shm; instead of another since the GPU or its driver was lost");
}

TEST_F(MovedGpu, WhatWasToldOfATurnedBufferEndsWithTheOneThatDrewIt) {
  presenter_->set_transform(Transform::Rotated180);
  upload();
  ASSERT_TRUE(presenter_->draw({}));
  client_.settle();
  EXPECT_EQ(client_.toplevel().commits.back().transform, 2);
  for (int i = 0; i < 2; ++i) {
    const RefusingDriver driver({.swaps = EGL_CONTEXT_LOST});
    EXPECT_EQ(draw_in_vain(), ErrorCode::Stale);
    upload();
  }
  EXPECT_EQ(presenter_->name(), "shm");
  draw_and_compare();
}

}  // namespace
}  // namespace pierglass::gfx::test
