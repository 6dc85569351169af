// SPDX-License-Identifier: GPL-2.0-or-later
// Pictures that the compositor reads from the guest's memory itself, in turn with copied ones, and
// on each way from memory to screen: never two frames in one picture.
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "guest/core/pattern.hpp"
#include "guest/core/pattern_cursor.hpp"
#include "pixel/cursor.hpp"
#include "tests/e2e/broker_desk.hpp"
#include "tests/e2e/tear_watch.hpp"
#include "tests/support/wait_until.hpp"

namespace pierglass::test {
namespace {

using guest::PatternMode;
using guest::PatternSpec;

constexpr Size kSize{640, 480};
constexpr PatternSpec kMoving{.size = kSize, .mode = PatternMode::Full};
constexpr PatternSpec kBox{.size = kSize, .mode = PatternMode::Small};

// Of the client's last second.
testing::AssertionResult comes(Desk& desk, bool direct) {
  nlohmann::json last;
  const bool so = wait_until(
      [&] {
        const auto lines = desk.client().stats();
        if (lines.empty()) return false;
        last = lines.back();
        const auto frames = last.value("frames", 0U);
        const auto bytes = last.value("uploaded_bytes", 0U);
        return frames != 0 && last.value("direct_frames", 0U) == (direct ? frames : 0U) &&
               (bytes == 0) == direct;
      },
      kPatience);
  if (so) return testing::AssertionSuccess();
  return testing::AssertionFailure()
         << "not " << (direct ? "direct: " : "copied: ") << last << desk.client().process().err();
}

class Direct : public testing::Test {
 protected:
  void start(const std::vector<std::string>& guest, const std::string& path = "direct") {
    desk_.start_client("shm", {"--path", path});
    start_guest(guest);
  }
  void start_guest(std::vector<std::string> guest) {
    guest.insert(guest.end(), {"--size", text_of(kSize)});
    desk_.start_guest(Guest::Linux, guest);
  }
  // `pierglass send stats`: texts over the picture, or not any more.
  void send_stats() {
    Process send(desk_.lab().command("send", {desk_.lab().stage(client_program()).string(), "send",
                                              "stats", "--memory", desk_.memory().path()}));
    EXPECT_EQ(send.wait(kPatience), Exit{.code = 0}) << send.err();
  }

  Desk desk_{kSize};
};

TEST_F(Direct, EveryPixelOfMovingFramesIsThePatterns) {
  start({"--rate", "60"});
  std::optional<std::uint32_t> number;
  for (int i = 0; i < 10; ++i) {
    number = desk_.shows_moving(kMoving, number);
    ASSERT_TRUE(number);
  }
  EXPECT_TRUE(comes(desk_, true));
  desk_.expect_clean_end();
}

TEST_F(Direct, DamagedPartsAloneKeepThePictureWhole) {
  start({"--rate", "60", "--mode", "small"});
  std::optional<std::uint32_t> number;
  for (int i = 0; i < 10; ++i) {
    number = desk_.shows_moving(kBox, number);
    ASSERT_TRUE(number);
  }
  EXPECT_TRUE(comes(desk_, true));
  desk_.expect_clean_end();
}

TEST_F(Direct, AFileThatMayBeCutOffIsCopiedUnlessTheUserSaysSo) {
  start({"--rate", "60"}, "auto");
  EXPECT_TRUE(comes(desk_, false));
  desk_.memory().truncate(4096);
  ASSERT_TRUE(desk_.client_says("unreadable"));
  desk_.expect_clean_end();
}

TEST_F(Direct, PanelGuestsAndSizesComeAndGo) {
  start({"--rate", "60"});
  ASSERT_TRUE(desk_.shows_moving(kMoving));
  ASSERT_TRUE(comes(desk_, true));
  send_stats();
  EXPECT_TRUE(comes(desk_, false));
  send_stats();
  ASSERT_TRUE(desk_.settles_to(kMoving)) << "the panel is gone";
  ASSERT_TRUE(desk_.shows_moving(kMoving));
  EXPECT_TRUE(comes(desk_, true));

  desk_.sway().set_resolution({800, 600});
  EXPECT_TRUE(comes(desk_, false));
  desk_.sway().set_resolution(kSize);
  ASSERT_TRUE(desk_.shows_moving(kMoving));
  EXPECT_TRUE(comes(desk_, true));

  desk_.guest().signal(SIGKILL);
  ASSERT_TRUE(desk_.client_says("silent"));
  start_guest({"--rate", "60", "--mode", "small"});
  ASSERT_TRUE(desk_.shows_moving(kBox));
  EXPECT_TRUE(comes(desk_, true));
  desk_.expect_clean_end();
}

TEST_F(Direct, APointerIsDrawnIntoACopy) {
  start({"--mode", "still", "--cursor", "colour", "--cursor-rate", "0"});
  const guest::PatternCursor shape = guest::pattern_cursor(wire::CursorType::Colour);
  const auto cursor = pixel::make_cursor_image(shape.info, shape.image);
  ASSERT_TRUE(cursor);
  const Picture still = pattern_picture({.size = kSize, .mode = PatternMode::Still}, 1);
  Picture expected = still;
  pixel::draw_cursor(expected.view(), *cursor, guest::pattern_cursor_position(kSize, 0),
                     full_rect(kSize));
  EXPECT_TRUE(desk_.shows(expected, 1, "pointer on a copy"));
  start_guest({"--mode", "still"});
  EXPECT_TRUE(desk_.shows(still, 0, "no pointer"));
  desk_.expect_clean_end();
}

TEST(DirectBehindABroker, IsTheWayUnlessTheUserSaysOtherwise) {
  BrokerDesk desk(kMoving);
  desk.start_broker();
  desk.start_guest({"--rate", "60"});
  desk.start_client({}, Records::Kept);
  EXPECT_TRUE(desk.moves(kPatience));
  EXPECT_TRUE(comes(desk.desk(), true));
  desk.start_guest({"--rate", "60"});
  EXPECT_TRUE(desk.moves(kPatience)) << "another guest, in the same memory";
  EXPECT_TRUE(comes(desk.desk(), true));
  desk.start_client({"--path", "copy"}, Records::Kept);
  EXPECT_TRUE(desk.moves(kPatience));
  EXPECT_TRUE(comes(desk.desk(), false));
  desk.desk().expect_clean_end();
}

struct Way {
  const char* name;
  const char* renderer;
  const char* path;
};

class Tearing : public testing::TestWithParam<Way> {};
INSTANTIATE_TEST_SUITE_P(Ways, Tearing,
                         testing::Values(Way{"direct", "shm", "direct"},
                                         Way{"copied", "shm", "copy"}, Way{"gl", "gl", "auto"}),
                         [](const auto& one) { return std::string(one.param.name); });

// The guest's rate beats against the screen's.
TEST_P(Tearing, NoScreenshotShowsTwoFrames) {
  Desk desk(kSize);
  desk.start_client(GetParam().renderer, {"--path", GetParam().path});
  desk.start_guest(Guest::Linux, {"--size", text_of(kSize), "--rate", "61.7"});
  ASSERT_TRUE(desk.shows_moving(kMoving));
  expect_whole_frames([&] { return desk.screenshot(); }, kMoving, GetParam().name);
  desk.expect_clean_end();
}

}  // namespace
}  // namespace pierglass::test
