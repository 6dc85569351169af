// SPDX-License-Identifier: GPL-2.0-or-later
// Every pixel under four compositors, at every scale and three transforms: for desktops.sh. Skipped
// is what a compositor cannot do, with the reason.
#include <gtest/gtest.h>

#include "tests/e2e/screen_desk.hpp"

namespace pierglass::test {
namespace {

// Why the compositor cannot be had so; null: it can.
const char* impossible(const ScreenCase& one) {
  const bool whole = one.output.scale == 1 || one.output.scale == 2;
  if (one.compositor == Compositor::Weston && !whole) return "Weston 14 has whole scales only";
  if (one.compositor == Compositor::Kwin && one.output.transform != Transform::Normal)
    return "KWin 6.3 without a graphics node paints by QPainter, which turns nothing";
  return nullptr;
}

class Desktops : public testing::TestWithParam<ScreenCase> {};

TEST_P(Desktops, EveryPixelIsTheGuestsOrTheReferences) {
  if (const char* reason = impossible(GetParam())) GTEST_SKIP() << reason;
  ScreenDesk desk(GetParam());
  desk.expect_one_to_one();
  desk.expect_bars();
  desk.expect_clean_end();
}

constexpr auto kName = [](const auto& one) { return name_of(one.param); };
INSTANTIATE_TEST_SUITE_P(Sway, Desktops, testing::ValuesIn(screen_cases(Compositor::Sway, 1.5)),
                         kName);
INSTANTIATE_TEST_SUITE_P(Mutter, Desktops,
                         testing::ValuesIn(screen_cases(Compositor::Mutter, 1.25)), kName);
INSTANTIATE_TEST_SUITE_P(Weston, Desktops, testing::ValuesIn(screen_cases(Compositor::Weston, 2)),
                         kName);
INSTANTIATE_TEST_SUITE_P(Kwin, Desktops, testing::ValuesIn(screen_cases(Compositor::Kwin, 1.5)),
                         kName);

}  // namespace
}  // namespace pierglass::test
