// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/e2e/screen_desk.hpp"

#include <signal.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "guest/core/pattern.hpp"
#include "tests/e2e/desk.hpp"
#include "tests/support/wait_until.hpp"

namespace pierglass::test {
namespace {

using guest::PatternMode;
using guest::PatternSpec;

constexpr Size kNarrow{1024, 768};
constexpr unsigned kRounding = 2;  // of a channel, between two ways to compute a bilinear mean

// Where a picture of `size` lies on `screen`: as large as fits, in the middle.
Rect fitted(Size size, Size screen) {
  const bool sides =
      std::uint64_t{screen.width} * size.height > std::uint64_t{screen.height} * size.width;
  const Size into = sides ? Size{screen.height * size.width / size.height, screen.height}
                          : Size{screen.width, screen.width * size.height / size.width};
  return {(screen.width - into.width) / 2, (screen.height - into.height) / 2, into.width,
          into.height};
}

}  // namespace

std::string name_of(const ScreenCase& one) {
  std::string transform = name_of(one.output.transform);
  std::erase(transform, '-');
  return name_of(one.compositor) + ("_" + std::string(one.renderer) + "_") +
         text_of(one.output.mode) + "_" + std::to_string(std::lround(one.output.scale * 100)) +
         "_" + transform;
}

std::vector<ScreenCase> screen_cases(Compositor compositor, double turned_scale) {
  constexpr Size kMode{1920, 1080};
  std::vector<ScreenCase> cases;
  for (const char* renderer : {"gl", "shm"}) {
    for (const double scale : {1.0, 1.25, 1.5, 2.0}) {
      cases.push_back({compositor, renderer, {.mode = kMode, .scale = scale}});
    }
    using enum Transform;
    for (const Transform transform : {Rotated90, Rotated180, Flipped270}) {
      for (const double scale : {1.0, turned_scale}) {
        cases.push_back(
            {compositor, renderer, {.mode = kMode, .scale = scale, .transform = transform}});
      }
    }
  }
  return cases;
}

ScreenDesk::ScreenDesk(const ScreenCase& one)
    : case_(one),
      memory_(lab_, kMemoryBytes),
      screen_(start_screen(one.compositor, lab_, one.output)),
      client_(lab_, screen_->display(),
              {"--memory", memory_.path(), "--renderer", one.renderer, "--filter", "bilinear"}) {}

void ScreenDesk::start_guest(Size size, std::initializer_list<std::string> pattern) {
  guest_.reset();
  std::vector<std::string> words = {lab_.stage(feed_program()).string(), "--memory", memory_.path(),
                                    "--size", text_of(size)};
  words.insert(words.end(), pattern);
  guest_.emplace(lab_.command("guest", std::move(words)));
}

std::string ScreenDesk::words() {
  return "\nclient: " + client_.process().err() + "\nguest: " + (guest_ ? guest_->err() : "none");
}

void ScreenDesk::expect_one_to_one() {
  const PatternSpec spec{.size = case_.output.upright(), .mode = PatternMode::Full};
  start_guest(spec.size, {"--rate", "20", "--mode", "full"});
  Picture screen;
  std::optional<std::uint32_t> number;
  const auto another_frame = [&](std::optional<std::uint32_t> before) {
    screen = screen_->screenshot();
    number = guest::decode_frame_number(std::as_const(screen).view());
    return number && number != before;
  };
  const auto is_exact = [&] {
    return compare(screen, pattern_picture(spec, *number), 0).pixels == 0;
  };
  // A window hears its scale after its first picture. From then on every frame counts.
  const bool begun = wait_until([&] { return another_frame({}) && is_exact(); }, kPatience);
  if (!begun) write_failure(screen, name_of(case_));
  ASSERT_TRUE(begun) << "no whole frame on the screen" << words();
  for (int i = 0; i < 2; ++i) {
    const std::optional<std::uint32_t> before = number;
    ASSERT_TRUE(wait_until([&] { return another_frame(before); }, kPatience)) << words();
    ASSERT_TRUE(same_picture(screen, pattern_picture(spec, *number), 0, name_of(case_))) << words();
  }
}

void ScreenDesk::expect_bars() {
  start_guest(kNarrow, {"--mode", "still"});
  const Size size = case_.output.upright();
  const Rect into = fitted(kNarrow, size);
  const Picture expected =
      scaled_picture(pattern_picture({.size = kNarrow, .mode = PatternMode::Still}, 1), size, into);
  Picture screen;
  const bool shown = wait_until(
      [&] {
        screen = screen_->screenshot();
        return compare(screen, expected, kRounding).pixels == 0;
      },
      kPatience);
  ASSERT_TRUE(shown)
      << same_picture(screen, expected, kRounding, name_of(case_) + " bars").message() << words();
  for (std::uint32_t y = 0; y < size.height; ++y) {
    for (std::uint32_t x = 0; x < size.width; ++x) {
      if (into.contains({x, y, 1, 1})) continue;
      ASSERT_EQ(screen.at(x, y), 0U) << "the bar at " << x << "," << y;
    }
  }
}

void ScreenDesk::expect_clean_end() {
  client_.process().signal(SIGTERM);
  EXPECT_EQ(client_.process().wait(kPatience), Exit{.code = 0}) << client_.process().err();
  EXPECT_EQ(client_.sanitizer_report(), "");
}

}  // namespace pierglass::test
