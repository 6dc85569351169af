// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <utility>

#include "gfx/gl_pass.hpp"
#include "tests/unit/gfx/offscreen.hpp"

namespace pierglass::gfx::test {

using enum wire::PixelFormat;

inline constexpr std::array kPointerTypes = {wire::CursorType::Colour, wire::CursorType::Monochrome,
                                             wire::CursorType::MaskedColour};

inline std::string mode_name(const ::testing::TestParamInfo<PboMode>& mode) {
  if (mode.param == PboMode::Unsynchronised) return "Unsynchronised";
  return mode.param == PboMode::Persistent ? "Persistent" : "PersistentClient";
}

// Every test runs with the ways to write pixel buffers; one of them without streaming
// stores and into framebuffers that begin with the topmost row.
class GlPassTest : public ::testing::TestWithParam<PboMode> {
 protected:
  void SetUp() override {
    auto opened = OffscreenContext::create();
    ASSERT_TRUE(opened) << opened.error().what;
    context = std::make_unique<OffscreenContext>(*std::move(opened));
    const bool plain = GetParam() == PboMode::PersistentClient;
    auto made =
        GlPass::create({GetParam(), plain ? pixel::Stores::Plain : pixel::Stores::Streaming});
    ASSERT_TRUE(made) << made.error().what;
    pass = *std::move(made);
    first_row = plain ? FirstRow::Topmost : FirstRow::Lowest;
    pass->set_first_row(first_row);
  }

  void upload(const Picture& picture) {
    const Rect all = full_rect(picture.size);
    const Result<UploadStats> stats = pass->upload(picture.stored(), {&all, 1});
    ASSERT_TRUE(stats) << stats.error().what;
    EXPECT_EQ(stats->bytes, picture.size.area() * wire::bytes_per_pixel(picture.format));
    EXPECT_EQ(stats->rows, picture.size.height);
  }

  Picture drawn(Size window, const CursorOverlay& cursor = {}) {
    const OffscreenWindow target(window, first_row);
    EXPECT_TRUE(pass->draw(window, cursor));
    EXPECT_EQ(glGetError(), static_cast<GLenum>(GL_NO_ERROR));
    return target.pixels();
  }

  void expect_drawn_whole(const Picture& picture, int tolerance) {
    expect_drawn(picture, picture.upright(), {}, tolerance);
  }

  void expect_drawn(const Picture& picture, Size window, const CursorOverlay& cursor, int tolerance,
                    pixel::Filter filter = pixel::Filter::Auto) {
    pass->set_filter(filter);
    const Difference wrong =
        difference(drawn(window, cursor), reference(picture, window, cursor, filter));
    EXPECT_LE(wrong.worst, tolerance) << wrong;
  }

  Random random;
  FirstRow first_row = FirstRow::Lowest;
  std::unique_ptr<OffscreenContext> context;
  std::unique_ptr<GlPass> pass;
};

}  // namespace pierglass::gfx::test
