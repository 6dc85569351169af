// SPDX-License-Identifier: GPL-2.0-or-later
// The Windows guest's pattern, through the client, on a compositor: what the screen shows.
#include <gtest/gtest.h>

#include <string>
#include <tuple>

#include "guest/core/pattern_cursor.hpp"
#include "pixel/cursor.hpp"
#include "tests/e2e/desk.hpp"

namespace pierglass::test {
namespace {

using guest::PatternMode;
using guest::PatternSpec;

constexpr Size kFullHd{1920, 1080};
constexpr Size kLaptop{1366, 768};  // a row is 5464 bytes: no multiple of 256

std::string name_of(const testing::TestParamInfo<std::string>& info) {
  return info.param;
}

class OneToOne : public testing::TestWithParam<std::tuple<std::string, Size>> {};

TEST_P(OneToOne, EveryPixelOfMovingFramesIsThePatterns) {
  const auto& [renderer, size] = GetParam();
  Desk desk(size);
  desk.start_client(renderer);
  desk.start_guest(Guest::Windows, {"--size", text_of(size), "--rate", "30", "--mode", "full"});
  const PatternSpec spec{.size = size, .mode = PatternMode::Full};
  std::optional<std::uint32_t> number;
  for (int i = 0; i < 5; ++i) {
    const auto next = desk.shows_moving(spec, number);
    ASSERT_TRUE(next);
    EXPECT_TRUE(!number || *next > *number) << *next << " after " << *number;
    number = next;
  }
  desk.expect_clean_end();
}

TEST_P(OneToOne, DamagedPartsAloneKeepThePictureWhole) {
  const auto& [renderer, size] = GetParam();
  Desk desk(size);
  desk.start_client(renderer);
  desk.start_guest(Guest::Windows, {"--size", text_of(size), "--rate", "60", "--mode", "small"});
  const PatternSpec spec{.size = size, .mode = PatternMode::Small};
  std::optional<std::uint32_t> number;
  for (int i = 0; i < 10; ++i) {
    number = desk.shows_moving(spec, number);
    ASSERT_TRUE(number);
  }
  desk.expect_clean_end();
}

INSTANTIATE_TEST_SUITE_P(EndToEnd, OneToOne,
                         testing::Combine(testing::Values(std::string("gl"), std::string("shm")),
                                          testing::Values(kFullHd, kLaptop)),
                         [](const auto& one) {
                           return std::get<0>(one.param) + "_" + text_of(std::get<1>(one.param));
                         });

testing::AssertionResult send(Desk& desk, const std::string& command) {
  Process process(desk.lab().command("send", {desk.lab().stage(client_program()).string(), "send",
                                              command, "--memory", desk.memory().path()}));
  if (process.wait(kPatience) == Exit{.code = 0}) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "pierglass send: " << process.err();
}

class PixelsOf : public testing::TestWithParam<std::string> {
 protected:
  const std::string& renderer() const { return GetParam(); }
};
INSTANTIATE_TEST_SUITE_P(EndToEnd, PixelsOf, testing::Values("gl", "shm"), name_of);

TEST_P(PixelsOf, ScaledPicturesAreBilinearAndBarsAreBlack) {
  struct Case {
    Size guest;
    Size output;
    Rect into;  // where the picture lies on the output
  };
  const Case cases[] = {
      {.guest = kLaptop, .output = kFullHd, .into = {0, 0, 1920, 1080}},
      {.guest = {1024, 768}, .output = kFullHd, .into = {240, 0, 1440, 1080}},
      {.guest = kFullHd, .output = {1024, 768}, .into = {0, 96, 1024, 576}},
  };
  for (const Case& one : cases) {
    Desk desk(one.output);
    desk.start_client(renderer(), {"--filter", "bilinear"});
    desk.start_guest(Guest::Windows,
                     {"--size", text_of(one.guest), "--mode", "full", "--frames", "7", "--hold"});
    const PatternSpec spec{.size = one.guest, .mode = PatternMode::Full};
    const Picture expected = scaled_picture(pattern_picture(spec, 7), one.output, one.into);
    const std::string name = renderer() + " " + text_of(one.guest) + " on " + text_of(one.output);
    EXPECT_TRUE(desk.shows(expected, 2, name));
    const Picture screen = desk.screenshot();
    for (std::uint32_t y = 0; y < one.output.height; ++y) {
      for (std::uint32_t x = 0; x < one.output.width; ++x) {
        if (one.into.contains({x, y, 1, 1})) continue;
        ASSERT_EQ(screen.at(x, y), 0U) << name << ": the bar at " << x << "," << y;
      }
    }
    desk.expect_clean_end();
  }
}

TEST_P(PixelsOf, AFilterIsTheOneThatIsAskedFor) {
  constexpr Size kGuest{640, 480};
  constexpr Size kTwice{1280, 960};
  Picture squares(kTwice);
  const Picture still = pattern_picture({.size = kGuest, .mode = PatternMode::Still}, 1);
  for (std::uint32_t y = 0; y < kTwice.height; ++y) {
    for (std::uint32_t x = 0; x < kTwice.width; ++x) {
      squares.pixels[std::size_t{y} * kTwice.width + x] = still.at(x / 2, y / 2);
    }
  }
  const Rect whole{0, 0, kTwice.width, kTwice.height};
  for (const std::string filter : {"auto", "nearest", "bilinear"}) {
    Desk desk(kTwice);
    desk.start_client(renderer(), {"--filter", filter});
    desk.start_guest(Guest::Linux, {"--size", "640x480", "--mode", "still"});
    const bool smooth = filter == "bilinear";
    EXPECT_TRUE(desk.shows(smooth ? scaled_picture(still, kTwice, whole) : squares, smooth ? 2 : 0,
                           renderer() + " " + filter));
    if (smooth) {
      ASSERT_TRUE(send(desk, "filter-nearest"));
      EXPECT_TRUE(desk.shows(squares, 0, renderer() + " nearest by command"));
      ASSERT_TRUE(send(desk, "next-filter"));
      EXPECT_TRUE(desk.shows(scaled_picture(still, kTwice, whole), 2, renderer() + " the next"));
    }
    desk.expect_clean_end();
  }
}

TEST_P(PixelsOf, ARunningGuestChangesItsResolution) {
  Desk desk(kFullHd);
  desk.start_client(renderer());
  desk.start_guest(Guest::Windows, {"--sizes", "1920x1080,1366x768,1024x768", "--size-seconds", "4",
                                    "--mode", "still"});
  const auto still = [](Size size, std::uint64_t number) {
    return pattern_picture({.size = size, .mode = PatternMode::Still}, number);
  };
  EXPECT_TRUE(desk.shows(still(kFullHd, 1), 0, renderer() + " first size"));
  EXPECT_TRUE(desk.shows(scaled_picture(still(kLaptop, 2), kFullHd, {0, 0, 1920, 1080}), 2,
                         renderer() + " second size"));
  EXPECT_TRUE(desk.shows(scaled_picture(still({1024, 768}, 3), kFullHd, {240, 0, 1440, 1080}), 2,
                         renderer() + " third size"));
  EXPECT_TRUE(desk.shows(still(kFullHd, 4), 0, renderer() + " first size again"));
  desk.expect_clean_end();
}

TEST_P(PixelsOf, TheOutputChangesItsResolution) {
  Desk desk(kLaptop);
  desk.start_client(renderer(), {"--filter", "bilinear"});
  desk.start_guest(Guest::Windows, {"--size", "1920x1080", "--mode", "still"});
  const Picture still = pattern_picture({.size = kFullHd, .mode = PatternMode::Still}, 1);
  desk.sway().set_resolution(kFullHd);
  EXPECT_TRUE(desk.shows(still, 0, renderer() + " after growing"));
  desk.sway().set_resolution({1024, 768});
  EXPECT_TRUE(desk.shows(scaled_picture(still, {1024, 768}, {0, 96, 1024, 576}), 2,
                         renderer() + " after shrinking"));
  desk.expect_clean_end();
}

TEST_P(PixelsOf, EveryFormatShowsTheSameColours) {
  Desk desk(kLaptop);
  desk.start_client(renderer());
  const Picture still = pattern_picture({.size = kLaptop, .mode = PatternMode::Still}, 1);
  for (const char* format : {"xrgb8888", "xbgr8888", "xbgr2101010", "xbgr16161616f"}) {
    desk.start_guest(Guest::Windows, {"--size", "1366x768", "--mode", "still", "--format", format});
    const unsigned tolerance = std::string(format) == "xbgr16161616f" ? 1 : 0;
    EXPECT_TRUE(desk.shows(still, tolerance, renderer() + " " + format));
    desk.kill_guest();
    desk.memory().create(kMemoryBytes);
    EXPECT_TRUE(desk.client_says("absent")) << format;
  }
  desk.expect_clean_end();
}

TEST_P(PixelsOf, EveryKindOfCursorIsDrawn) {
  struct Kind {
    const char* option;
    wire::CursorType type;
  };
  const Kind kinds[] = {{"colour", wire::CursorType::Colour},
                        {"mono", wire::CursorType::Monochrome},
                        {"masked", wire::CursorType::MaskedColour}};
  Desk desk(kLaptop);
  desk.start_client(renderer());
  for (const Kind& kind : kinds) {
    desk.start_guest(Guest::Windows, {"--size", "1366x768", "--mode", "still", "--cursor",
                                      kind.option, "--cursor-rate", "0"});
    const guest::PatternCursor shape = guest::pattern_cursor(kind.type);
    const auto cursor = pixel::make_cursor_image(shape.info, shape.image);
    ASSERT_TRUE(cursor);
    Picture expected = pattern_picture({.size = kLaptop, .mode = PatternMode::Still}, 1);
    pixel::draw_cursor(expected.view(), *cursor, guest::pattern_cursor_position(kLaptop, 0),
                       full_rect(kLaptop));
    const unsigned tolerance = kind.type == wire::CursorType::Colour ? 1 : 0;
    EXPECT_TRUE(desk.shows(expected, tolerance, renderer() + " cursor " + kind.option));
  }
  desk.expect_clean_end();
}

TEST_P(PixelsOf, AnotherOutputIsUsedWhenItIsNamed) {
  Desk desk({640, 480});
  desk.sway().message("create_output");
  desk.sway().message("output HEADLESS-2 resolution 1366x768 position 2000 0");
  desk.start_client(renderer(), {"--output", "HEADLESS-2"});
  desk.start_guest(Guest::Windows, {"--size", "1366x768", "--mode", "still"});
  const Picture still = pattern_picture({.size = kLaptop, .mode = PatternMode::Still}, 1);
  desk.look_at("HEADLESS-2");
  EXPECT_TRUE(desk.shows(still, 0, renderer() + " HEADLESS-2"));
  desk.expect_clean_end();
}

}  // namespace
}  // namespace pierglass::test
