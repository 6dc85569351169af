// SPDX-License-Identifier: GPL-2.0-or-later
// Presenters of a window on a turned screen, against a compositor that keeps what it was shown.
#include <gtest/gtest.h>

#include "gfx/create_presenter.hpp"
#include "tests/unit/gfx/turned_picture.hpp"
#include "tests/unit/wl/test_client.hpp"

namespace pierglass::gfx::test {
namespace {

using pierglass::test::Commit;
using pierglass::test::ToplevelState;
using wl::test::TestClient;

constexpr Size kWindow{320, 200};

class TurnedWindowTest : public ::testing::TestWithParam<Renderer> {
 protected:
  void SetUp() override {
    client_.open_window({.size = kWindow});
    client_.open_queue();
    const wl::NativeSurface native = client_.queue->native();
    auto made = create_presenter(GetParam(), {native.display, native.surface, native.shm});
    ASSERT_TRUE(made) << made.error().what;
    presenter_ = *std::move(made);
    (void)client_.window->apply_pending();
    ASSERT_TRUE(presenter_->resize(kWindow));
  }

  [[nodiscard]] bool turns() const { return GetParam() == Renderer::Gl; }

  void show(const Picture& picture) {
    const Rect all = full_rect(picture.size);
    ASSERT_TRUE(presenter_->upload(picture.stored(), {&all, 1}));
    ASSERT_TRUE(presenter_->draw({}));
    client_.settle();
    ASSERT_TRUE(client_.queue->dispatch_pending());
  }

  Picture on_screen() {
    const ToplevelState toplevel = client_.toplevel();
    Picture picture(toplevel.pixels_size, wire::PixelFormat::Xrgb8888, 4);
    std::memcpy(picture.bytes.data(), toplevel.pixels.data(), picture.bytes.size());
    return picture;
  }

  Random random_;
  TestClient client_;
  std::unique_ptr<Presenter> presenter_;
};

TEST_P(TurnedWindowTest, TheBufferIsTurnedByWhoCanAndSaysSoWithTheSameCommit) {
  for (const Transform transform : kTransforms) {
    const Picture picture = random_picture(kWindow, wire::PixelFormat::Xrgb8888, random_);
    presenter_->set_transform(transform);
    show(picture);
    const Transform told = turns() ? transform : Transform::Normal;
    const Commit commit = client_.toplevel().commits.back();
    EXPECT_EQ(commit.transform, std::to_underlying(told));
    ASSERT_EQ(commit.buffer, turned(kWindow, told));
    EXPECT_EQ(difference(on_screen(), turned_picture(picture, told)).worst, 0);
  }
}

INSTANTIATE_TEST_SUITE_P(Renderers, TurnedWindowTest,
                         ::testing::Values(Renderer::Gl, Renderer::Shm),
                         [](const auto& one) { return one.param == Renderer::Gl ? "Gl" : "Shm"; });

}  // namespace
}  // namespace pierglass::gfx::test
