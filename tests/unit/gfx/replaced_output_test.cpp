// SPDX-License-Identifier: GPL-2.0-or-later
// What becomes of a presenter whose output stops working.
#include <gtest/gtest.h>

#include <GLES3/gl32.h>

#include <cstring>
#include <utility>

#include "gfx/gl_presenter.hpp"
#include "tests/unit/gfx/picture.hpp"
#include "tests/unit/gfx/refusing_driver.hpp"
#include "tests/unit/wl/test_client.hpp"

namespace pierglass::gfx::test {
namespace {

constexpr Size kWindow{320, 200};

// Fails where it is told to, and shows nothing.
class BrokenOutput final : public GlOutput {
 public:
  enum class Fails : std::uint8_t { ToBegin, ToPresent };
  BrokenOutput(Fails fails, ErrorCode code) : fails_(fails), code_(code) {}

  [[nodiscard]] std::string_view description() const override { return "broken buffers"; }
  [[nodiscard]] FirstRow first_row() const override { return FirstRow::Topmost; }
  Result<void> resize(Size) override { return {}; }
  Result<void> begin() override { return fail_if(Fails::ToBegin); }
  Result<void> present() override { return fail_if(Fails::ToPresent); }
  [[nodiscard]] std::string_view refusal() const override { return "they are broken"; }

 private:
  [[nodiscard]] Result<void> fail_if(Fails where) const {
    return fails_ == where ? Result<void>(fail(code_, "a broken output")) : Result<void>();
  }
  Fails fails_;
  ErrorCode code_;
};

using Fails = BrokenOutput::Fails;

class ReplacedOutput : public ::testing::TestWithParam<Fails> {
 protected:
  void open(ErrorCode code, ResetStatus reset_status = nullptr) {
    client_.open_window({.size = kWindow});
    client_.open_queue();
    const wl::NativeSurface native = client_.queue->native();
    auto made = GlPresenter::create(
        {native.display, native.surface, native.shm},
        {.output = std::make_unique<BrokenOutput>(GetParam(), code), .reset_status = reset_status});
    ASSERT_TRUE(made) << made.error().what;
    presenter_ = *std::move(made);
    EXPECT_EQ(presenter_->output(), "broken buffers");
    (void)client_.window->apply_pending();
    ASSERT_TRUE(presenter_->resize(kWindow));
  }

  Random random_;
  wl::test::TestClient client_;
  std::unique_ptr<GlPresenter> presenter_;
};

TEST_P(ReplacedOutput, TheSameFrameIsShownThroughEglsWindowAndItIsSaidWhy) {
  open(ErrorCode::Unsupported);
  const Picture picture = random_picture(kWindow, wire::PixelFormat::Xrgb8888, random_);
  const pixel::CursorImage image = random_pointer(wire::CursorType::Colour, {32, 32}, random_);
  const CursorOverlay cursor{&image, 1, {100, 60}};
  const Rect all = full_rect(kWindow);
  ASSERT_TRUE(presenter_->upload(picture.stored(), {&all, 1}));
  ASSERT_TRUE(presenter_->draw(cursor));
  client_.settle();
  const auto toplevel = client_.toplevel();
  ASSERT_EQ(toplevel.pixels_size, kWindow);
  Picture shown(kWindow, wire::PixelFormat::Xrgb8888, 4);
  std::memcpy(shown.bytes.data(), toplevel.pixels.data(), shown.bytes.size());
  const Difference wrong = difference(shown, reference(picture, kWindow, cursor));
  EXPECT_EQ(wrong.worst, 0) << wrong;
  EXPECT_EQ(presenter_->output(), "EGL's window (they are broken)");
  EXPECT_TRUE(presenter_->draw_message("and a message"));
}

TEST_P(ReplacedOutput, WhatPassesReplacesNothing) {
  open(ErrorCode::Busy);
  EXPECT_EQ(presenter_->draw_message("nothing").error().code, ErrorCode::Busy);
  EXPECT_EQ(presenter_->output(), "broken buffers");
}

TEST_P(ReplacedOutput, ALostConnectionReplacesNothing) {
  open(ErrorCode::Lost);
  EXPECT_EQ(presenter_->draw_message("nothing").error().code, ErrorCode::Lost);
  EXPECT_EQ(presenter_->output(), "broken buffers");
}

GLenum status_now = GL_NO_ERROR;
GLenum GL_APIENTRY told_status() {
  return status_now;
}

TEST_P(ReplacedOutput, ALostGpuIsNoReasonForAnotherOutputButTheEnd) {
  status_now = GL_NO_ERROR;
  open(ErrorCode::Unsupported, told_status);
  EXPECT_EQ(presenter_->ending(), nullptr);
  status_now = GL_INNOCENT_CONTEXT_RESET;
  EXPECT_FALSE(presenter_->draw_message("nothing"));
  EXPECT_EQ(presenter_->output(), "broken buffers");
  ASSERT_NE(presenter_->ending(), nullptr);
  EXPECT_EQ(presenter_->ending()->cause, Ending::Cause::Gpu);
  EXPECT_EQ(presenter_->ending()->why, "the GPU or its driver was lost");
}

GLenum GL_APIENTRY status_told_once() {
  return std::exchange(status_now, GL_NO_ERROR);
}

TEST_P(ReplacedOutput, AResetThatIsToldOnceIsRemembered) {
  status_now = GL_NO_ERROR;
  open(ErrorCode::Unsupported, status_told_once);
  status_now = GL_GUILTY_CONTEXT_RESET;
  EXPECT_FALSE(presenter_->draw_message("nothing"));
  EXPECT_EQ(presenter_->output(), "broken buffers");
  ASSERT_NE(presenter_->ending(), nullptr);
  EXPECT_EQ(presenter_->ending()->cause, Ending::Cause::Gpu);
}

TEST_P(ReplacedOutput, EglsWindowMayTakeItsPlaceOnceThenItIsTheEnd) {
  open(ErrorCode::Unsupported);
  ASSERT_TRUE(presenter_->draw_message("something"));
  EXPECT_EQ(presenter_->ending(), nullptr);
  {
    const RefusingDriver driver({.swaps = EGL_BAD_ALLOC});
    EXPECT_FALSE(presenter_->draw_message("nothing"));
  }
  ASSERT_NE(presenter_->ending(), nullptr);
  EXPECT_EQ(presenter_->ending()->cause, Ending::Cause::Output);
}

TEST_P(ReplacedOutput, ASwapThatSaysTheContextIsLostEndsIt) {
  open(ErrorCode::Unsupported);
  ASSERT_TRUE(presenter_->draw_message("something"));
  const RefusingDriver driver({.swaps = EGL_CONTEXT_LOST});
  EXPECT_FALSE(presenter_->draw_message("nothing"));
  ASSERT_NE(presenter_->ending(), nullptr);
  EXPECT_EQ(presenter_->ending()->cause, Ending::Cause::Gpu);
}

INSTANTIATE_TEST_SUITE_P(Where, ReplacedOutput, ::testing::Values(Fails::ToBegin, Fails::ToPresent),
                         [](const auto& where) {
                           return where.param == Fails::ToBegin ? "Begin" : "Present";
                         });

}  // namespace
}  // namespace pierglass::gfx::test
