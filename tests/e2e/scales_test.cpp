// SPDX-License-Identifier: GPL-2.0-or-later
// Every pixel on outputs of all scales and transforms, under Sway and mutter.
#include <gtest/gtest.h>

#include "tests/e2e/screen_desk.hpp"

namespace pierglass::test {
namespace {

// One or two of each scale and transform; tests/lab/desktops_check.cpp has all of them. All modes
// are such that the narrow guest's picture fits without a fraction of a pixel.
std::vector<ScreenCase> sway_cases() {
  using enum Transform;
  constexpr Size kMode{960, 540};
  return {{Compositor::Sway, "shm", {.mode = kMode, .scale = 1.25}},
          {Compositor::Sway, "shm", {.mode = kMode, .scale = 1.5, .transform = Rotated90}},
          {Compositor::Sway, "shm", {.mode = kMode, .scale = 2, .transform = Flipped270}},
          {Compositor::Sway, "gl", {.mode = kMode, .scale = 1, .transform = Rotated180}},
          {Compositor::Sway, "gl", {.mode = kMode, .scale = 1.25, .transform = Flipped270}}};
}

// mutter asks for 800x480 logical pixels.
std::vector<ScreenCase> mutter_cases() {
  using enum Transform;
  return {{Compositor::Mutter, "shm", {.mode = {1280, 720}, .scale = 1, .transform = Flipped270}},
          {Compositor::Mutter, "shm", {.mode = {1440, 900}, .scale = 1.25}},
          {Compositor::Mutter, "gl", {.mode = {1440, 960}, .scale = 1.5, .transform = Rotated90}}};
}

class Scales : public testing::TestWithParam<ScreenCase> {};

TEST_P(Scales, EveryPixelIsTheGuestsOrTheReferences) {
  ScreenDesk desk(GetParam());
  desk.expect_one_to_one();
  desk.expect_bars();
  desk.expect_clean_end();
}

constexpr auto kName = [](const auto& one) { return name_of(one.param); };
INSTANTIATE_TEST_SUITE_P(Sway, Scales, testing::ValuesIn(sway_cases()), kName);
INSTANTIATE_TEST_SUITE_P(Mutter, Scales, testing::ValuesIn(mutter_cases()), kName);

}  // namespace
}  // namespace pierglass::test
