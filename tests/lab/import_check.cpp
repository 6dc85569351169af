// SPDX-License-Identifier: GPL-2.0-or-later
// Pictures that the client's GPU path samples where the guest wrote them, pixel by pixel: for
// desktops.sh, since Debian 13's software driver imports a memfd as if it were a dma-buf.
#include <gtest/gtest.h>
#include <signal.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "guest/core/pattern.hpp"
#include "guest/core/pattern_cursor.hpp"
#include "pixel/cursor.hpp"
#include "tests/e2e/broker_desk.hpp"
#include "tests/e2e/tear_watch.hpp"
#include "tests/lab/dmabufs.hpp"
#include "tests/support/proc_stats.hpp"
#include "tests/support/wait_until.hpp"

namespace pierglass::test {
namespace {

using guest::PatternMode;
using guest::PatternSpec;

const Size kSize = picture_size();
const PatternSpec kMoving{.size = kSize, .mode = PatternMode::Full};
const PatternSpec kBox{.size = kSize, .mode = PatternMode::Small};

class Import : public testing::Test {
 protected:
  void SetUp() override {
    if (graphics_node() != GraphicsNode::None)
      GTEST_SKIP() << "under Sway, drawn by the processor, Mesa uses no node: see Driver";
    broker_desk_ = std::make_unique<BrokerDesk>(kMoving);
  }
  void start(const PatternSpec& pattern, std::vector<std::string> guest) {
    allow_files_as_dma_bufs();
    broker_desk_->start_broker();
    guest.insert(guest.end(), {"--size", text_of(pattern.size)});
    desk().start_guest(Guest::Linux, guest);
    desk().start_client("gl", {"--path", "import"});  // also where copying is quicker
  }
  Desk& desk() { return broker_desk_->desk(); }
  void shows_frames(const PatternSpec& pattern, int count) {
    std::optional<std::uint32_t> number;
    for (int i = 0; i < count; ++i) {
      number = desk().shows_moving(pattern, number);
      ASSERT_TRUE(number) << desk().client().process().err();
    }
  }
  // Of the client's last second.
  testing::AssertionResult comes(bool imported) {
    nlohmann::json last;
    const bool so = wait_until(
        [&] {
          const auto lines = desk().client().stats();
          if (lines.empty()) return false;
          last = lines.back();
          const auto frames = last.value("frames", 0U);
          return frames != 0 && last.value("path", "") == (imported ? "import" : "copy") &&
                 last.value("direct_frames", 0U) == (imported ? frames : 0U) &&
                 (last.value("uploaded_bytes", 0U) == 0) == imported;
        },
        kPatience);
    if (so) return testing::AssertionSuccess();
    return testing::AssertionFailure() << "not " << (imported ? "imported: " : "copied: ") << last
                                       << desk().client().process().err();
  }

  std::unique_ptr<BrokerDesk> broker_desk_;
};

TEST_F(Import, EveryPixelOfMovingFramesIsThePatterns) {
  start(kMoving, {"--rate", "60"});
  shows_frames(kMoving, 20);
  EXPECT_TRUE(comes(true));
  desk().expect_clean_end();
}

TEST_F(Import, DamagedPartsAloneKeepThePictureWhole) {
  start(kBox, {"--rate", "60", "--mode", "small"});
  shows_frames(kBox, 20);
  EXPECT_TRUE(comes(true));
  desk().expect_clean_end();
}

TEST_F(Import, NoScreenshotShowsTwoFrames) {
  start(kMoving, {"--rate", "61.7"});
  shows_frames(kMoving, 20);
  expect_whole_frames([this] { return desk().screenshot(); }, kMoving, "import");
  EXPECT_TRUE(comes(true));
  desk().expect_clean_end();
}

TEST_F(Import, APointerIsDrawnOverIt) {
  constexpr std::uint64_t kFrames = 60;  // enough to be believed
  start(kMoving, {"--rate", "60", "--frames", std::to_string(kFrames), "--hold", "--cursor",
                  "colour", "--cursor-rate", "0"});
  const guest::PatternCursor shape = guest::pattern_cursor(wire::CursorType::Colour);
  const auto cursor = pixel::make_cursor_image(shape.info, shape.image);
  ASSERT_TRUE(cursor);
  Picture expected = pattern_picture(kMoving, kFrames);
  pixel::draw_cursor(expected.view(), *cursor, guest::pattern_cursor_position(kSize, 0),
                     full_rect(kSize));
  EXPECT_TRUE(desk().shows(expected, 1, "pointer over an imported picture"));
  EXPECT_TRUE(wait_until(
      [&] {
        const auto lines = desk().client().stats();
        return !lines.empty() && lines.back().value("path", "") == "import";
      },
      kPatience));
  desk().expect_clean_end();
}

TEST_F(Import, WindowsOfManySizesShowIt) {
  start(kMoving, {"--rate", "30"});
  shows_frames(kMoving, 1);
  for (int i = 0; i < 40; ++i) {
    const auto step = static_cast<std::uint32_t>(i % 7);
    desk().sway().set_resolution({kSize.width + 32 * step, kSize.height + 24 * (step % 3)});
  }
  desk().sway().set_resolution(kSize);
  ASSERT_TRUE(desk().settles_to(kMoving));
  shows_frames(kMoving, 5);
  EXPECT_TRUE(comes(true));
  desk().expect_clean_end();
}

// Each brings another session, and all imports with it; sizes of guest and window in turn.
TEST_F(Import, GuestsOneAfterTheOtherLeaveNothingBehind) {
  const Size other{kSize.width * 4 / 5, kSize.height * 4 / 5};
  const auto before = dma_bufs_there_are();
  start(kMoving, {"--rate", "60"});
  shows_frames(kMoving, 1);
  const pid_t client = desk().client().process().pid();
  std::size_t descriptors = 0;
  for (int i = 0; i < guest_count(); ++i) {
    const PatternSpec pattern{.size = i % 2 == 0 ? other : kSize, .mode = PatternMode::Full};
    desk().sway().set_resolution(pattern.size);
    desk().start_guest(Guest::Linux, {"--rate", "60", "--size", text_of(pattern.size)});
    // Sizes of window and guest change one after the other; from then on every frame counts.
    ASSERT_TRUE(desk().settles_to(pattern));
    shows_frames(pattern, 2);
    if (HasFatalFailure()) return;
    EXPECT_LE(dma_bufs_of(client), kMostOfSlots) << "guest " << i;
    tell_progress(i, client);
    if (i == 9) descriptors = open_descriptors(client);
  }
  EXPECT_TRUE(comes(true));
  if (guest_count() > 10) {
    EXPECT_LE(open_descriptors(client), descriptors + kMostOfSlots);
  }
  desk().kill_guest();
  desk().expect_clean_end();
  EXPECT_TRUE(wait_until([&] { return dma_bufs_there_are() <= before; }, kPatience))
      << dma_bufs_there_are().value_or(0) << " dma-bufs, before " << before.value_or(0);
}

TEST_F(Import, OfAFileIsACopyThatSaysWhy) {
  hand_over_files(true);
  desk().set_memory(desk().memory().path());
  desk().start_guest(Guest::Linux, {"--rate", "60", "--size", text_of(kSize)});
  desk().start_client("gl", {"--path", "import"});
  shows_frames(kMoving, 5);
  EXPECT_TRUE(comes(false));
  EXPECT_NE(desk().client().process().err().find(
                "a shorter path for pictures is refused: the memory may shrink"),
            std::string::npos)
      << desk().client().process().err();
  desk().expect_clean_end();
}

}  // namespace
}  // namespace pierglass::test
