// SPDX-License-Identifier: GPL-2.0-or-later
// The guest's desktop duplication, played at the COM border over a real Direct3D device of Wine:
// what the client shows of it, and what is copied.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

#include "guest/core/pattern_cursor.hpp"
#include "pixel/convert.hpp"
#include "pixel/cursor.hpp"
#include "ring/reader_session.hpp"
#include "shm/file_linux.hpp"
#include "tests/e2e/desk.hpp"
#include "tests/guest/pq_reference.hpp"
#include "tests/support/wait_until.hpp"

namespace pierglass::test {
namespace {

using guest::PatternMode;
using guest::PatternSpec;

constexpr Size kSize{640, 480};

class Duplicated : public testing::TestWithParam<std::string> {
 protected:
  Duplicated() { desk_.start_client(GetParam()); }

  void start(std::vector<std::string> options) {
    options.insert(options.begin(), {"--size", text_of(kSize)});
    desk_.start_guest(Guest::Duplicated, options);
  }
  static Picture still(std::uint64_t number = 1) {
    return pattern_picture({.size = kSize, .mode = PatternMode::Still}, number);
  }

  // The newest frame in the memory.
  wire::FrameInfo published() {
    const auto memory = shm::open_file(desk_.memory().path());
    const auto reader = ring::ReaderSession::attach(memory.value().bytes(), 2);
    if (!reader) return {};
    const auto lease = (*reader)->acquire_newest(0).value();
    return lease ? lease->info() : wire::FrameInfo{};
  }

  Desk desk_{kSize};
};
INSTANTIATE_TEST_SUITE_P(EndToEnd, Duplicated, testing::Values("gl", "shm"),
                         [](const auto& one) { return one.param; });

TEST_P(Duplicated, EveryPixelOfMovingFramesIsThePatternsThroughLosses) {
  start({"--rate", "30", "--mode", "full", "--lose", "40"});
  std::optional<std::uint32_t> number;
  for (int i = 0; i < 6; ++i) {
    number = desk_.shows_moving({.size = kSize, .mode = PatternMode::Full}, number);
    ASSERT_TRUE(number);
  }
  desk_.expect_clean_end();
}

TEST_P(Duplicated, DamagedPartsAloneKeepThePictureWhole) {
  start({"--rate", "60", "--mode", "small"});
  std::optional<std::uint32_t> number;
  for (int i = 0; i < 10; ++i) {
    number = desk_.shows_moving({.size = kSize, .mode = PatternMode::Small}, number);
    ASSERT_TRUE(number);
  }
  desk_.expect_clean_end();
}

TEST_P(Duplicated, TheDesktopChangesItsResolution) {
  start({"--sizes", "640x480,320x240", "--size-seconds", "4", "--mode", "still"});
  EXPECT_TRUE(desk_.shows(still(), 0, GetParam() + " first size"));
  const Picture small = pattern_picture({.size = {320, 240}, .mode = PatternMode::Still}, 2);
  Picture twice(kSize);
  for (std::uint32_t y = 0; y < kSize.height; ++y) {
    for (std::uint32_t x = 0; x < kSize.width; ++x)
      twice.pixels[std::size_t{y} * kSize.width + x] = small.at(x / 2, y / 2);
  }
  EXPECT_TRUE(desk_.shows(twice, 0, GetParam() + " second size"));
  EXPECT_TRUE(desk_.shows(still(3), 0, GetParam() + " first size again"));
  desk_.expect_clean_end();
}

TEST_P(Duplicated, EveryFormatShowsTheSameColours) {
  for (const std::string format : {"xrgb8888", "xbgr8888", "xbgr2101010", "xbgr16161616f"}) {
    start({"--mode", "still", "--format", format});
    EXPECT_TRUE(desk_.shows(still(), format == "xbgr16161616f" ? 1 : 0, GetParam() + " " + format));
    desk_.kill_guest();
    desk_.memory().create(kMemoryBytes);
    EXPECT_TRUE(desk_.client_says("absent")) << format;
  }
  desk_.expect_clean_end();
}

TEST_P(Duplicated, EveryKindOfPointerIsDrawn) {
  for (const auto& [option, type] : {std::pair{"colour", wire::CursorType::Colour},
                                     std::pair{"mono", wire::CursorType::Monochrome},
                                     std::pair{"masked", wire::CursorType::MaskedColour}}) {
    start({"--mode", "still", "--cursor", option, "--cursor-rate", "0"});
    const guest::PatternCursor shape = guest::pattern_cursor(type);
    const auto cursor = pixel::make_cursor_image(shape.info, shape.image);
    ASSERT_TRUE(cursor);
    Picture expected = still();
    pixel::draw_cursor(expected.view(), *cursor, guest::pattern_cursor_position(kSize, 0),
                       full_rect(kSize));
    EXPECT_TRUE(desk_.shows(expected, type == wire::CursorType::Colour ? 1 : 0,
                            GetParam() + " pointer " + option));
  }
  desk_.expect_clean_end();
}

TEST_P(Duplicated, ATurnedDesktopStandsUpright) {
  start({"--mode", "still", "--turn", "3"});
  const Picture stored = still();
  Picture upright(kSize);
  for (std::uint32_t y = 0; y < kSize.height; ++y) {
    for (std::uint32_t x = 0; x < kSize.width; ++x)
      upright.pixels[std::size_t{y} * kSize.width + x] =
          stored.at(kSize.width - 1 - x, kSize.height - 1 - y);
  }
  EXPECT_TRUE(desk_.shows(upright, 0, GetParam() + " turned by 180 degrees"));
  desk_.expect_clean_end();
}

TEST_P(Duplicated, LargePicturesAreHalvedOnTheGpu) {
  constexpr Size kTwice{2 * kSize.width, 2 * kSize.height};
  desk_.start_guest(Guest::Duplicated,
                    {"--size", text_of(kTwice), "--mode", "still", "--max-size", text_of(kSize)});
  const Picture large = pattern_picture({.size = kTwice, .mode = PatternMode::Still}, 1);
  Picture half(kSize);
  for (std::uint32_t y = 0; y < kSize.height; ++y) {
    for (std::uint32_t x = 0; x < kSize.width; ++x) {
      std::uint32_t mean = 0;
      for (int shift = 0; shift < 24; shift += 8) {
        const auto part = [&](std::uint32_t dx, std::uint32_t dy) {
          return large.at(2 * x + dx, 2 * y + dy) >> shift & 0xffU;
        };
        mean |= (part(0, 0) + part(1, 0) + part(0, 1) + part(1, 1) + 2) / 4 << shift;
      }
      half.pixels[std::size_t{y} * kSize.width + x] = mean;
    }
  }
  EXPECT_TRUE(desk_.shows(half, 1, GetParam() + " halved"));
  EXPECT_EQ(published().size, kSize);
  desk_.expect_clean_end();
}

double srgb_decoded(std::uint32_t level) {
  const double sample = level / 255.0;
  return sample <= 0.04045 ? sample / 12.92 : std::pow((sample + 0.055) / 1.055, 2.4);
}

// What the client makes of the picture in ten bits of PQ.
Picture by_ten_bits(const Picture& picture, std::uint32_t white_millinits) {
  const pixel::RowConverter converter(
      wire::PixelFormat::Xbgr2101010,
      {.space = wire::ColourSpace::Bt2020Pq, .white_millinits = white_millinits});
  Picture converted(picture.size);
  for (std::size_t i = 0; i < picture.pixels.size(); ++i) {
    const std::uint32_t xrgb = picture.pixels[i];
    const std::uint32_t ten = pq_pixel({.r = srgb_decoded(xrgb >> 16 & 0xffU),
                                        .g = srgb_decoded(xrgb >> 8 & 0xffU),
                                        .b = srgb_decoded(xrgb & 0xffU)});
    converter.convert(&converted.pixels[i], reinterpret_cast<const std::byte*>(&ten), 1);
  }
  return converted;
}

TEST_P(Duplicated, HalfFloatsBecomeTenBitsOfPq) {
  start({"--mode", "still", "--format", "xbgr16161616f", "--hdr", "ten-bit"});
  ASSERT_TRUE(wait_until([&] { return published().sdr_white_millinits != 0; }, kPatience));
  // One code more or less, which rounding makes, is up to 18 of 255 in the dark part of a bright
  // colour; the pass's own codes are compared elsewhere.
  EXPECT_TRUE(desk_.shows(by_ten_bits(still(), published().sdr_white_millinits), 18,
                          GetParam() + " ten bits"));
  EXPECT_EQ(published().format, wire::PixelFormat::Xbgr2101010);
  EXPECT_EQ(published().colour_space, wire::ColourSpace::Bt2020Pq);
  desk_.expect_clean_end();
}

// The copy engine is a stand-in too.
class DuplicatedByEngine : public testing::Test {
 protected:
  DuplicatedByEngine() { desk_.start_client("shm"); }

  void show_frames(const std::string& engine) {
    desk_.start_guest(Guest::Duplicated, {"--engine", engine, "--size", text_of(kSize), "--rate",
                                          "30", "--mode", "full"});
    std::optional<std::uint32_t> number;
    for (int i = 0; i < 6; ++i) {
      number = desk_.shows_moving({.size = kSize, .mode = PatternMode::Full}, number);
      ASSERT_TRUE(number);
    }
  }
  [[nodiscard]] bool says(const std::string& sentence) {
    return wait_until([&] { return desk_.guest().err().contains(sentence); }, kPatience);
  }

  Desk desk_{kSize};
};

TEST_F(DuplicatedByEngine, WhatTheEngineCopiesIsShown) {
  ASSERT_NO_FATAL_FAILURE(show_frames("right"));
  EXPECT_TRUE(says("engine: used"));
  EXPECT_FALSE(desk_.guest().err().contains("engine: the"));
  desk_.expect_clean_end();
}

TEST_F(DuplicatedByEngine, AnEngineThatWritesSomethingElseIsFoundOutBeforeAnythingIsShown) {
  ASSERT_NO_FATAL_FAILURE(show_frames("wrong"));
  EXPECT_TRUE(says("what the GPU's copy engine wrote"));
  desk_.expect_clean_end();
}

TEST_F(DuplicatedByEngine, TheProcessorCopiesWhatAnEngineNoLongerDoes) {
  ASSERT_NO_FATAL_FAILURE(show_frames("failing"));
  EXPECT_TRUE(says("engine: stand-in"));
  std::optional<std::uint32_t> number;
  for (int i = 0; i < 3; ++i) {
    number = desk_.shows_moving({.size = kSize, .mode = PatternMode::Full}, number);
    ASSERT_TRUE(number);
  }
  desk_.expect_clean_end();
}

// ---- without a client ----

// The stand-in alone.
class Played : public testing::Test {
 protected:
  Process start(std::vector<std::string> words) {
    return wine_.start_drawing("standin", lab_.stage(standin_program()), std::move(words),
                               xvfb_.display());
  }

  Lab lab_;
  Xvfb xvfb_{lab_};
  Wine wine_{lab_};
};

TEST_F(Played, TheCopyEnginesQueueCopiesTheRightRectangles) {
  Process check = start({"copy-queue"});
  EXPECT_EQ(check.wait(kPatience), Exit{.code = 0}) << check.out();
}

TEST_F(Played, ThePassMeansAndConvertsAsTheProcessorDoes) {
  Process check = start({"gpu-pass"});
  EXPECT_EQ(check.wait(kPatience), Exit{.code = 0}) << check.out();
}

TEST_F(Played, WhatNobodyLooksAtIsLetGoOfAndComesBackWhole) {
  Process check = start({"rest"});
  EXPECT_EQ(check.wait(kPatience), Exit{.code = 0}) << check.out();
}

TEST_F(Played, CopiesAreAsFewAsTheyShallBe) {
  const MemoryFile region(lab_, std::uint64_t{256} << 20);
  Process player = start({"speed", Wine::windows_path(region.path())});
  ASSERT_EQ(player.wait(patience(std::chrono::seconds(200))), Exit{.code = 0}) << player.err();
  std::fprintf(stderr, "%s", player.out().c_str());
  const auto measured = nlohmann::json::parse(player.out());
  const auto number = [&](const char* part, const char* name) {
    return measured.at(part).at(name).get<double>();
  };
  for (const char* copy : {"slot", "gpu"}) {
    EXPECT_GT(number("one_percent", copy), 0);
    EXPECT_LE(number("one_percent", copy) * 50, number("one_percent", "whole")) << copy;
    EXPECT_EQ(number("pointer", copy), 0) << copy;
  }
  EXPECT_GE(number("pointer", "wakes"), 900);
}

}  // namespace
}  // namespace pierglass::test
