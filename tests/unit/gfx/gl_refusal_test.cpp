// SPDX-License-Identifier: GPL-2.0-or-later
// A driver that does not do all that the filters want.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>

#include "gfx/gl_pass.hpp"
#include "pixel/filter.hpp"
#include "tests/unit/gfx/gl_bench.hpp"
#include "tests/unit/gfx/refusing_driver.hpp"

namespace pierglass::gfx::test {
namespace {

constexpr Size kSize{96, 54};
constexpr Size kWindow{131, 74};
constexpr int kSteps = 2;  // between the GPU's scaling and the CPU's

class GlRefusalTest : public GlPassTest {
 protected:
  void expect_bilinear(const Picture& picture, Size window) {
    const Difference wrong =
        difference(drawn(window), reference(picture, window, {}, pixel::Filter::Bilinear));
    EXPECT_LE(wrong.worst, kSteps) << wrong;
  }
};

TEST_P(GlRefusalTest, AFilterWhoseProgramIsRefusedBecomesBilinear) {
  struct Case {
    pixel::Filter filter;
    const char* shader;
  };
  const Picture picture = random_picture(kSize, Xrgb8888, random);
  upload(picture);
  for (const Case& one : {Case{pixel::Filter::Nearest, "ivec2 centre"},
                          Case{pixel::Filter::Lanczos, "first + tap, at.y"},
                          Case{pixel::Filter::Sharp, "ivec2 border"},
                          Case{pixel::Filter::Lanczos, "sampler2D rows"}}) {
    SCOPED_TRACE(one.shader);
    const RefusingDriver driver({.shaders = one.shader});
    pass->set_filter(one.filter);
    for (int i = 0; i < 3; ++i) expect_bilinear(picture, kWindow);
    EXPECT_EQ(driver.refused(), 1) << "asked once";
  }
}

TEST_P(GlRefusalTest, AnotherSizeIsTriedAnew) {
  const Picture picture = random_picture(kSize, Xrgb8888, random);
  upload(picture);
  pass->set_filter(pixel::Filter::Lanczos);
  {
    const RefusingDriver driver({.shaders = "sampler2D rows"});
    expect_bilinear(picture, kWindow);
  }
  expect_drawn(picture, {140, 80}, {}, kSteps, pixel::Filter::Lanczos);
  expect_drawn(picture, kWindow, {}, kSteps, pixel::Filter::Lanczos);
}

// What Lanczos keeps between its passes is as wide as the window and as high as the picture.
TEST_P(GlRefusalTest, LanczosIsBilinearWhereItsTextureCannotBe) {
  GLint side = 0;
  glGetIntegerv(GL_MAX_TEXTURE_SIZE, &side);
  const Size size{static_cast<std::uint32_t>(side) / 100 + 1, 4};
  const Size beyond{size.width * 100, size.height * 100};
  const Picture picture = random_picture(size, Xrgb8888, random);
  upload(picture);
  const auto corner = [&](pixel::Filter filter) {
    pass->set_filter(filter);
    const OffscreenWindow seen({64, 64});  // of a window that no driver could show
    EXPECT_TRUE(pass->draw(beyond, {}));
    EXPECT_EQ(glGetError(), static_cast<GLenum>(GL_NO_ERROR));
    return seen.pixels();
  };
  const Picture lanczos = corner(pixel::Filter::Lanczos);
  EXPECT_EQ(difference(lanczos, corner(pixel::Filter::Bilinear)).worst, 0);
  EXPECT_GT(difference(lanczos, corner(pixel::Filter::Nearest)).worst, 0);
  expect_drawn(picture, {300, 20}, {}, kSteps, pixel::Filter::Lanczos);
}

TEST_P(GlRefusalTest, APictureThatCannotBeDrawnAtAllIsForgotten) {
  const Picture good = random_picture(kSize, Xrgb8888, random);
  Picture turned = random_picture(kSize, Xrgb8888, random);
  turned.rotation = wire::Rotation::Turn90;
  const RefusingDriver driver({.shaders = "#define ROTATED 1"});
  for (int i = 0; i < 2; ++i) {
    upload(turned);
    const OffscreenWindow window(kWindow);
    EXPECT_EQ(pass->draw(kWindow, {}).error().code, ErrorCode::OsCall);
    EXPECT_EQ(pass->draw(kWindow, {}).error().code, ErrorCode::NotReady);
    EXPECT_TRUE(pass->draw_message(kWindow, "why"));
  }
  EXPECT_EQ(driver.refused(), 2) << "by Lanczos and bilinearly, and not tried again";
  upload(good);
  expect_drawn(good, kWindow, {}, kSteps);
}

TEST_P(GlRefusalTest, APanelThatIsRefusedIsLeftOut) {
  const Picture picture = random_picture(kSize, Xrgb8888, random);
  upload(picture);
  pass->set_panel(std::array<std::string, 1>{"text"});
  const RefusingDriver driver({.shaders = "sampler2D panel"});
  expect_drawn(picture, kSize, {}, 0);
  expect_drawn(picture, kSize, {}, 0);
  EXPECT_EQ(driver.refused(), 1);
}

INSTANTIATE_TEST_SUITE_P(Modes, GlRefusalTest, ::testing::Values(PboMode::Unsynchronised),
                         mode_name);

}  // namespace
}  // namespace pierglass::gfx::test
