// SPDX-License-Identifier: GPL-2.0-or-later
// The guest's slots handed to a compositor as dma-bufs, pixel by pixel: Debian 13's Weston and
// Mutter, whose software driver imports them. For desktops.sh and graphics.sh.
#include <gtest/gtest.h>
#include <signal.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "guest/core/pattern.hpp"
#include "tests/e2e/desk.hpp"
#include "tests/e2e/tear_watch.hpp"
#include "tests/lab/dmabufs.hpp"
#include "tests/support/broker_process.hpp"
#include "tests/support/proc_stats.hpp"
#include "tests/support/screen.hpp"
#include "tests/support/wait_until.hpp"

namespace pierglass::test {
namespace {

constexpr Size kSize{640, 480};
constexpr guest::PatternSpec kMoving{.size = kSize, .mode = guest::PatternMode::Full};
constexpr guest::PatternSpec kBox{.size = kSize, .mode = guest::PatternMode::Small};

class Scanout : public testing::TestWithParam<Compositor> {
 protected:
  Scanout()
      : broker_((allow_files_as_dma_bufs(), lab_), "vm", {"--size", "16M"}),
        screen_(start_screen(GetParam(), lab_, {.mode = kSize})),
        client_(lab_, screen_->display(), {"--memory", "unix:vm", "--path", "scanout"}) {}

  void start_guest(const guest::PatternSpec& pattern) {
    const char* mode = pattern.mode == guest::PatternMode::Full ? "full" : "small";
    pattern_ = pattern;
    guest_.reset();
    guest_.emplace(
        lab_.command("guest", {lab_.stage(feed_program()).string(), "--memory", "unix:vm", "--rate",
                               "20", "--mode", mode, "--size", text_of(kSize)}));
  }
  [[nodiscard]] std::string path() const {
    const auto lines = client_.stats();
    return lines.empty() ? "" : lines.back().value("path", "");
  }
  // A guest that has just come writes where the last one's picture is still shown from. Once one of
  // its own is there, every frame counts.
  void settles() {
    const bool settled = wait_until(
        [&] {
          const Picture screen = screen_->screenshot();
          const auto number = guest::decode_frame_number(screen.view());
          return path() == "scanout" && number &&
                 compare(screen, pattern_picture(pattern_, *number), 0).pixels == 0;
        },
        kPatience);
    ASSERT_TRUE(settled) << client_.process().err();
  }
  void shows_frames(int count) {
    settles();
    std::optional<std::uint32_t> number;
    for (int i = 0; i < count; ++i) {
      Picture screen;
      const std::optional<std::uint32_t> before = std::exchange(number, std::nullopt);
      const bool another = wait_until(
          [&] {
            screen = screen_->screenshot();
            number = guest::decode_frame_number(std::as_const(screen).view());
            return number && number != before;
          },
          kPatience);
      ASSERT_TRUE(another) << client_.process().err();
      ASSERT_TRUE(same_picture(screen, pattern_picture(pattern_, *number), 0, "scanout"));
    }
  }
  void expect_clean_end() {
    client_.process().signal(SIGTERM);
    EXPECT_EQ(client_.process().wait(kPatience), Exit{.code = 0}) << client_.process().err();
  }

  Lab lab_;
  BrokerProcess broker_;
  std::unique_ptr<Screen> screen_;
  Client client_;
  std::optional<Process> guest_;
  guest::PatternSpec pattern_;
};

INSTANTIATE_TEST_SUITE_P(Lab, Scanout, testing::Values(Compositor::Weston, Compositor::Mutter),
                         [](const auto& one) { return name_of(one.param); });

TEST_P(Scanout, EveryPixelOfMovingFramesIsThePatterns) {
  start_guest(kMoving);
  shows_frames(10);
  expect_clean_end();
}

TEST_P(Scanout, NoScreenshotShowsTwoFrames) {
  start_guest(kMoving);
  shows_frames(1);
  expect_whole_frames([this] { return screen_->screenshot(); }, pattern_, "scanout");
  EXPECT_EQ(path(), "scanout");
  expect_clean_end();
}

// Each brings another session, and all buffers with it.
TEST_P(Scanout, AHundredGuestsLeaveNothingBehind) {
  std::size_t descriptors = 0;
  for (int i = 0; i < 100; ++i) {
    start_guest(i % 2 == 0 ? kMoving : kBox);
    shows_frames(2);
    if (HasFatalFailure()) return;
    if (i == 9) descriptors = open_descriptors(client_.process().pid());
  }
  constexpr std::size_t kSlots = 8;  // that may not have been handed over then
  EXPECT_LE(open_descriptors(client_.process().pid()), descriptors + kSlots);
  expect_clean_end();
}

}  // namespace
}  // namespace pierglass::test
